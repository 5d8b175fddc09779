import { parseArgs } from "node:util";
import { toRow } from "../../storage/rows/record-row.ts";
import type { Command } from "../command/command.ts";
import { table } from "../command/table.ts";
import { DEFAULT_LIMIT, upToLimit } from "./default-limit.ts";
import { markedRow } from "./marked-row.ts";
import { reading, readingHelp, readingOptions } from "./reading-options.ts";

export const eventsCommand: Command = {
  help: `usage: countersign events --storage URL [OPTION…]

Reads events back, newest first, each once.

${readingHelp}
  --type TYPE       only this type of event
  --limit N         at most so many (default ${DEFAULT_LIMIT}, and said where that cuts)`,

  async run(args, io) {
    const { values } = parseArgs({ args: [...args], options: { ...readingOptions, type: { type: "string" } } });
    const ofType = values.type === undefined ? {} : { type: values.type };
    return reading(values, io, async (storage, filter) => {
      const times = { from: filter.from, to: filter.to };
      const rows: (readonly string[])[] = [];
      const read = (limit: number) => storage.events({ ...times, ...ofType, limit });
      for await (const event of upToLimit(filter.limit, read, io)) {
        if (values.json) {
          io.out(markedRow(event, toRow(event)));
          await io.drained();
        } else rows.push([event.time, event.event_type, String(event.traits.length), event.message_id]);
      }
      if (!values.json) for (const line of table(["TIME", "TYPE", "TRAITS", "MESSAGE ID"], rows)) io.out(line);
    });
  },
};
