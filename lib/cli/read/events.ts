import type { EventFilter } from "../../storage/driver.ts";
import { toRow } from "../../storage/rows/record-row.ts";
import { type Command, usageError } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { parseEventCursor } from "./cursor.ts";
import { markedRow } from "./marked-row.ts";
import { DEFAULT_LIMIT, pageOf, tellDefault, tellMore } from "./page.ts";
import { pagingHelp, pagingOptions, reading, readingHelp, readingOptions } from "./reading-options.ts";

export const eventsCommand: Command = {
  help: `usage: countersign events --storage URL [OPTION…]

Reads events back, newest first, each once.

${readingHelp}
  --type TYPE       only this type of event
  --limit N         at most so many (default ${DEFAULT_LIMIT}, and said where that cuts)
${pagingHelp}`,

  async run(args, io) {
    const options = { ...readingOptions, ...pagingOptions, type: { type: "string" } } as const;
    const { values } = parseOptions({ args: [...args], options });
    const { type, after: place, ...common } = values;
    const after = place === undefined ? undefined : parseEventCursor(place);
    if (after !== undefined && "problem" in after) return usageError(io, after.problem);
    return reading(common, io, async (storage, { from, to, limit: asked }) => {
      const filter: EventFilter = {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(type !== undefined && { type }),
        ...(after !== undefined && { after }),
      };
      const page = pageOf(asked ?? DEFAULT_LIMIT, (limit) => storage.events({ ...filter, ...limit }));
      const rows: (readonly string[])[] = [];
      for await (const event of page.records) {
        if (values.json) {
          io.out(markedRow(event, toRow(event)));
          await io.drained();
        } else rows.push([event.time, event.event_type, String(event.traits.length), event.message_id]);
      }
      if (!values.json) for (const line of table(["TIME", "TYPE", "TRAITS", "MESSAGE ID"], rows)) io.out(line);
      tellDefault(page, io, asked);
      tellMore(page, io, values);
    });
  },
};
