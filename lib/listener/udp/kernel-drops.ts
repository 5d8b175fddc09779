import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { endianness } from "node:os";
import { ipv6Bytes } from "../socket/ipv6-bytes.ts";

/** The kernel's figures of one bound UDP socket: bytes held, and drops for a full receive buffer (or a wrong checksum). */
export interface KernelDrops {
  /**
   * Datagrams dropped since the socket was opened: exactly those that were delivered to it and never received.
   * Once the socket is closed, the figure read last. Undefined where the system does not tell (anything but Linux).
   */
  read(): number | undefined;
  /** Memory of what was delivered to the socket and not yet received. Undefined as above, and once it is closed. */
  heldBytes(): number | undefined;
}

interface Row {
  readonly local: string;
  readonly inode: string;
  readonly heldBytes: number;
  readonly drops: number;
}

/**
 * Finds a bound socket of this process in the kernel's table. All is read without waiting, so that the last
 * reading can be made right before the socket is closed.
 */
export function watchKernelDrops({ address, family, port }: AddressInfo): KernelDrops {
  const table = family === "IPv6" ? "/proc/net/udp6" : "/proc/net/udp";
  const local = `${hexAddress(address, family)}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const own = ownSocketInodes();
  // Another process may share address and port by SO_REUSEPORT; then the inode alone tells which is ours.
  const inode = rows(table).find((row) => row.local === local && own.has(row.inode))?.inode;
  const ownRow = () => (inode === undefined ? undefined : rows(table).find((row) => row.inode === inode));
  let last: number | undefined;
  return {
    read() {
      last = ownRow()?.drops ?? last;
      return last;
    },
    heldBytes: () => ownRow()?.heldBytes,
  };
}

function rows(table: string): readonly Row[] {
  let text: string;
  try {
    text = readFileSync(table, "latin1");
  } catch {
    return [];
  }
  // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode ref pointer drops, below one line of names.
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map((columns) => ({
      local: columns[1] ?? "",
      inode: columns[9] ?? "",
      heldBytes: Number.parseInt(columns[4]?.split(":")[1] ?? "0", 16),
      drops: Number(columns[12]),
    }));
}

function ownSocketInodes(): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const descriptor of descriptors()) {
    try {
      const inode = /^socket:\[([0-9]+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // The one that listed the folder is closed again.
    }
  }
  return inodes;
}

function descriptors(): readonly string[] {
  try {
    return readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
}

/** As the kernel prints it: 32-bit words in the byte order of the machine. */
function hexAddress(address: string, family: string): string {
  const bytes = Buffer.from(family === "IPv6" ? ipv6Bytes(address) : address.split(".").map(Number));
  return (endianness() === "LE" ? bytes.swap32() : bytes).toString("hex").toUpperCase();
}
