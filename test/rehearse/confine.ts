import { run } from "./processes.ts";

/** How a command is run as in a container. */
export interface Confinement {
  /** What to put in front of the command. */
  readonly prefix: readonly string[];
  /** What that does, for people. */
  readonly says: string;
}

/** The user `node` of Node's own images. */
const CONTAINER_USER = "1000";

const withoutPrivileges = [
  "setpriv",
  `--reuid=${CONTAINER_USER}`,
  `--regid=${CONTAINER_USER}`,
  "--clear-groups",
  "--no-new-privs",
  "--inh-caps=-all",
  "--bounding-set=-all",
] as const;

// In a mount namespace of its own, so that nobody else sees the file system as read-only.
const readOnlyRoot = ["unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"] as const;

/** The nearest to a container that this machine allows. */
export async function confinement(): Promise<Confinement> {
  if (process.getuid?.() !== 0) {
    return { prefix: [], says: "as this user, who is not root, in a folder that can't be written" };
  }
  if (await works([...readOnlyRoot, ...withoutPrivileges])) {
    return {
      prefix: [...readOnlyRoot, ...withoutPrivileges],
      says: "as uid 1000 without capabilities on a read-only /",
    };
  }
  if (await works(withoutPrivileges)) {
    return { prefix: withoutPrivileges, says: "as uid 1000 without capabilities in a folder that can't be written" };
  }
  return { prefix: [], says: "as root, for want of setpriv, in a read-only folder" };
}

async function works(prefix: readonly string[]): Promise<boolean> {
  const [command = "", ...args] = prefix;
  return (await run(command, [...args, "true"], { withinMs: 10_000 })).ok;
}
