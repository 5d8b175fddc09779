import { printable } from "./printable.ts";

/** Structured log lines. WARN: odd, but nothing lost. ERROR: data was lost or will be. */
export interface Logger {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

export type Fields = Readonly<Record<string, unknown>>;

/** One line of JSON an entry, handed to `write` without a line feed. */
export function createLogger(write: (line: string) => unknown): Logger {
  const entry = (level: string) => (message: string, fields?: Fields) => {
    // A detail may repeat what an outsider sent, and a log is read on terminals.
    write(printable(JSON.stringify({ level, message, ...fields }, spellErrors)));
  };
  return { info: entry("info"), warn: entry("warn"), error: entry("error") };
}

/** Errors have no enumerable fields of their own, so JSON would show `{}`. */
function spellErrors(_key: string, value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "bigint" ? String(value) : value;
}
