import type { Entry } from "../../quarantine/entry.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { entryFilterOptions, quarantineOption, shortId, toEntryFilter, withQuarantine } from "./options.ts";

const DEFAULT_LIMIT = "100";
/** Characters of a detail that still fit beside the rest; `show` prints all of it. */
const SHOWN_DETAIL = 100;

export async function listQuarantine(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...quarantineOption,
      ...entryFilterOptions,
      limit: { type: "string", default: DEFAULT_LIMIT },
      json: { type: "boolean", default: false },
    },
  });
  const filter = toEntryFilter(values);
  if ("problem" in filter) return usageError(io, filter.problem);
  return withQuarantine(values.quarantine, io, async (quarantine, unreadable) => {
    const rows: (readonly string[])[] = [];
    for await (const entry of quarantine.entries(filter)) {
      if (values.json) {
        io.out(JSON.stringify(fields(entry)));
        await io.drained();
      } else rows.push(columns(entry));
    }
    if (!values.json) for (const line of table(HEADER, rows)) io.out(line);
    return unreadable() === 0 ? EXIT_OK : EXIT_FAILED;
  });
}

const HEADER = ["ID", "RECEIVED", "LISTENER", "ADDRESS", "SIZE", "REASON", "DETAIL"];

function columns({ id, arrived: { receipt }, size, reasons }: Entry): readonly string[] {
  const detail = reasons[0]?.detail ?? "";
  return [
    shortId(id),
    new Date(receipt.receivedAt).toISOString(),
    receipt.listener,
    receipt.address ?? "-",
    String(size),
    Array.from(new Set(reasons.map(({ reason }) => reason))).join(","),
    detail.length > SHOWN_DETAIL ? `${detail.slice(0, SHOWN_DETAIL - 1)}…` : detail,
  ];
}

/** All but the content. */
function fields({ id, arrived, size, truncated, reasons, keptAt }: Entry) {
  const { listener, address = null, receivedAt } = arrived.receipt;
  return {
    id,
    received: new Date(receivedAt).toISOString(),
    kept: new Date(keptAt).toISOString(),
    listener,
    address,
    size,
    truncated,
    reasons,
  };
}
