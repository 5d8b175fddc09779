import { type Command, EXIT_USAGE, usageError } from "../command/command.ts";
import { readingHelp, sampleFilterHelp } from "../read/reading-options.ts";
import { listConflicts } from "./ls.ts";
import { settleConflict } from "./settle.ts";
import { showConflict } from "./show.ts";

const actions: Readonly<Record<string, Command["run"]>> = {
  ls: listConflicts,
  show: showConflict,
  settle: settleConflict,
};

export const conflictsCommand: Command = {
  help: `usage: countersign conflicts ls --storage URL [--settled] [OPTION…]
       countersign conflicts show --storage URL [OPTION…] ID
       countersign conflicts settle --storage URL --content DIGEST --reason TEXT [OPTION…] ID

Looks at samples that are stored with several contents: one meter, resource, time and message id, but another volume,
type, unit, project or user. All contents are kept. As long as nobody has settled it, for each project, type and unit
the greatest volume counts: STANDING says "counts", and "outdone" of the others. Afterwards one is "right", and the
others are "wrong".

ls lists them, newest first. It exits with 0 if there are none that are open, with 1 if there are or if the limit cut
the list off, with 2 if called wrongly. show prints one with all that its contents say.

settle records that one content is right, with a reason. It counts alone from then on; the others stay, and can be
settled to be right later. An ID or DIGEST is a whole one, or its first digits: four at least, and as many as no
other begins with. To look one up, show and settle read all samples that the options leave.

${readingHelp}
${sampleFilterHelp}
  --limit N         ls: at most so many (default 1000)
  --settled         ls: also those that are settled
  --content DIGEST  settle: the content that is right
  --reason TEXT     settle: why
  --by NAME         settle: who says so (default: the user's name on this machine)`,

  async run([name, ...args], io) {
    const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action !== undefined) return action(args, io);
    if (name === undefined) {
      io.err(conflictsCommand.help);
      return EXIT_USAGE;
    }
    return usageError(io, `no action ${JSON.stringify(name)}: choose from ${Object.keys(actions).join(", ")}`);
  },
};
