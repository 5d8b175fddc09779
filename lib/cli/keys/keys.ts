import { type Command, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { addKey } from "./add.ts";
import { listKeys } from "./list.ts";
import { keyStoreHelp } from "./options.ts";
import { retireKey } from "./retire.ts";

const subcommands: Readonly<Record<string, (args: readonly string[], io: Io) => Promise<number>>> = {
  add: addKey,
  list: listKeys,
  retire: retireKey,
};

export const keysCommand: Command = {
  help: `usage: countersign keys add ID --keys PLACE [--v2] [OPTION…]
       countersign keys list --keys PLACE [--json]
       countersign keys retire ID --keys PLACE [OPTION…]

Adds, lists and retires the keys that samples are signed with. docs/keys.md says how to change from one to another.

${keyStoreHelp}

add: makes a key, and shows its secret this once.
  --v2              of signature v2 (default: one of Ceilometer's own, for telemetry_secret)
  --from NETWORK    accept it from there only, such as 10.0.0.0/8; may be given several times
  --publisher ID    accept it for this publisher_id only; may be given several times
  --secret-file F   take this secret instead of a new one (one line feed at its end does not count)

list: shows each key with its state and last use, never the secret.
  --json            one line of JSON each

retire: what is received later than that is refused, what was received before stays good.
  --grace TIME      retire it after 90s, 10m, 2h or 1d (default: twice the cache lifetime; not less than one)
  --unused-days N   refuse if it was used within N days (default 7)
  --force           retire it all the same: although it is in use, or at once`,

  async run(args, io) {
    const [name = "", ...rest] = args;
    const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (subcommand === undefined) return usageError(io, "say what to do: keys add, keys list or keys retire");
    return subcommand(rest, io);
  },
};
