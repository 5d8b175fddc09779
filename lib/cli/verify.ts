import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Judge } from "../collector/judge.ts";
import type { Result } from "../collector/outcome.ts";
import { isValueMap, type Value } from "../collector/value.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "./command.ts";
import { type FileFormat, fileFormats, messagesOf } from "./message-file.ts";
import { judgeFrom, verificationHelp, verificationOptions } from "./verification-options.ts";

export const verifyCommand: Command = {
  help: `usage: countersign verify [OPTION…] FILE…

Tells of each captured message whether it is genuine: one line of JSON a message, with
file, index, outcome (recorded or rejected), reason, detail, kind, dialect, message_id and counter_name.
Exits 0 if all are genuine, 1 if any is not, 2 if called wrongly.

  --format FORMAT           datagram (one msgpack map a file, the default), frames (a TCP stream: each frame
                            with its 8-byte length in front) or envelope (what a queue's message carries)
${verificationHelp}`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { format: { type: "string", default: "datagram" }, ...verificationOptions },
    });
    const format = fileFormats.find((known) => known === values.format);
    if (format === undefined) return usageError(io, `--format: choose from ${fileFormats.join(", ")}`);
    if (positionals.length === 0) return usageError(io, "no file to verify; see countersign verify --help");
    const judge = judgeFrom(values, io);
    if (typeof judge !== "function") return usageError(io, judge.problem);

    let genuine = true;
    for (const file of positionals) {
      const bytes = await read(file);
      if (!Buffer.isBuffer(bytes)) return usageError(io, bytes.problem);
      for (const line of verdicts(bytes, format, judge)) {
        genuine &&= line.outcome === "recorded";
        io.out(JSON.stringify({ file, ...line }));
      }
    }
    return genuine ? EXIT_OK : EXIT_FAILED;
  },
};

async function read(file: string): Promise<Buffer | { readonly problem: string }> {
  try {
    return await readFile(file);
  } catch (error) {
    return { problem: `can't read ${file}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function verdicts(bytes: Buffer, format: FileFormat, judge: Judge): readonly { readonly outcome: string }[] {
  return messagesOf(bytes, format).map((message, index) => {
    const result = message.ok ? judge(message.value) : message;
    return {
      index,
      outcome: result.ok ? "recorded" : "rejected",
      reason: result.ok ? null : result.reason,
      detail: result.ok ? null : result.detail,
      kind: result.ok ? result.value.kind : apparentKind(message),
      dialect: result.ok ? result.value.dialect : null,
      message_id: textField(message, "message_id"),
      counter_name: textField(message, "counter_name"),
    };
  });
}

function apparentKind(message: Result<Value>): "sample" | "event" | null {
  if (!message.ok || !isValueMap(message.value)) return null;
  if (message.value.has("counter_name")) return "sample";
  return message.value.has("event_type") ? "event" : null;
}

/** What an unproved message says of itself, to find it by. */
function textField(message: Result<Value>, name: string): string | null {
  const value = message.ok && isValueMap(message.value) ? message.value.get(name) : undefined;
  return typeof value === "string" ? value.slice(0, 256) : null;
}
