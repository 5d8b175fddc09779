import { printable } from "../../log/printable.ts";
import { type OpenedQuarantine, openQuarantine } from "../../quarantine/open-quarantine.ts";
import type { EntryFilter } from "../../quarantine/quarantine-entries.ts";
import { type RejectionReason, rejectionReasons } from "../../sample/rejection.ts";
import { usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";

export const quarantineOption = { quarantine: { type: "string" } } as const;
export const entryFilterOptions = { reason: { type: "string" }, limit: { type: "string" } } as const;

/** Opens the quarantine to be looked at, lets `use` work with it, and closes it. */
export async function withQuarantine(
  url: string | undefined,
  io: Io,
  use: (quarantine: OpenedQuarantine, unreadable: () => number) => Promise<number>,
): Promise<number> {
  if (url === undefined) {
    return usageError(io, "--quarantine is missing, such as --quarantine file:///var/lib/quarantine");
  }
  let unreadable = 0;
  const opened = await openQuarantine(url, {
    readOnly: true,
    onUnreadable(name, problem) {
      unreadable++;
      io.err(`the entry ${printable(name)} can't be read: ${printable(problem)}`);
    },
  });
  if (!opened.ok) return usageError(io, opened.problem);
  try {
    return await use(opened.quarantine, () => unreadable);
  } finally {
    await opened.quarantine.close();
  }
}

export function toEntryFilter(values: {
  readonly reason?: string | undefined;
  readonly limit?: string | undefined;
}): EntryFilter | { readonly problem: string } {
  const { reason, limit } = values;
  if (limit !== undefined && !/^[0-9]{1,9}$/.test(limit)) {
    return { problem: `--limit: expected a whole number, got ${JSON.stringify(limit)}` };
  }
  const known: RejectionReason | undefined = rejectionReasons.find((one) => one === reason);
  if (reason !== undefined && known === undefined) {
    return { problem: `--reason: no reason ${JSON.stringify(reason)}: choose from ${rejectionReasons.join(", ")}` };
  }
  return { reason: known, limit: limit === undefined ? undefined : Number(limit) };
}

/** As many digits of an id as tell entries apart in practice. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
