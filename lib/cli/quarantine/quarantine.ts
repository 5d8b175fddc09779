import { type Command, EXIT_USAGE, usageError } from "../command/command.ts";
import { verificationHelp } from "../command/verification-options.ts";
import { listQuarantine } from "./ls.ts";
import { replayQuarantine } from "./replay.ts";
import { showQuarantined } from "./show.ts";

const actions: Readonly<Record<string, Command["run"]>> = {
  ls: listQuarantine,
  show: showQuarantined,
  replay: replayQuarantine,
};

export const quarantineCommand: Command = {
  help: `usage: countersign quarantine ls --quarantine URL [--reason R] [--limit N] [--json]
       countersign quarantine show --quarantine URL ID
       countersign quarantine replay --quarantine URL --storage URL[,URL…] [OPTION…] [ID…]
       countersign quarantine replay --quarantine URL --storage URL[,URL…] [OPTION…] --accept-ambiguous ID…

Looks at the messages that were rejected, and replays them once the cause is removed: a key or dialect that was
missing, a field that was not allowed. An ID is the whole id of a message, or its first digits: four at least, and as
many as no other id begins with.

  --quarantine URL          file:///FOLDER or s3://BUCKET/PREFIX[?endpoint=…]
  --reason R                only what was rejected for this reason
  --limit N                 at most so many, those kept last (ls: default 100)
  --json                    ls: one line of JSON each

replay judges each message as of its first receipt, and records what is genuine now. It removes a message once every
sample in it is recorded, and keeps it otherwise. It can be interrupted and repeated: what is stored already stays as
it is. Exits 0 if none of the messages remains, 1 if some do, 2 if called wrongly.

  --storage URL             where to record; several with commas between
  --dry-run                 judge only: record and remove nothing
  --accept-ambiguous        record, with a mark, what was refused because its text could be read as another sample
${verificationHelp}`,

  async run([name, ...args], io) {
    const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action !== undefined) return action(args, io);
    if (name === undefined) {
      for (const line of quarantineCommand.help.split("\n")) io.err(line);
      return EXIT_USAGE;
    }
    return usageError(io, `no action ${JSON.stringify(name)}: choose from ${Object.keys(actions).join(", ")}`);
  },
};
