import { shownUrl } from "../log/shown-url.ts";
import type { Entry } from "../quarantine/entry.ts";
import { type OpenedQuarantine, openQuarantine } from "../quarantine/open-quarantine.ts";
import { type Check, unseen } from "./finding/check.ts";
import type { Finding } from "./finding/finding.ts";
import { BEST_DATAGRAM_BYTES, MOST_ENTRIES, MOST_SENDERS } from "./finding/limits.ts";

/** Who sends what is rejected, and why: the newest of what a quarantine keeps, by sender and reason. */
export function quarantineCheck(url: string): Check {
  const about = JSON.parse(shownUrl(url));
  return {
    name: "quarantine",
    about,
    async look(signal) {
      let unreadable = 0;
      const onUnreadable = () => {
        unreadable++;
      };
      const opened = await openQuarantine(url, { readOnly: true, onUnreadable });
      if (!opened.ok) throw new Error(opened.problem);
      const entries = await newest(opened.quarantine, signal);
      const senders = bySender(entries);
      return [
        ...senders.slice(0, MOST_SENDERS).map(rejectedBy),
        ...(senders.length > MOST_SENDERS ? [more(about, senders.slice(MOST_SENDERS))] : []),
        ...(unreadable > 0 ? [unseen("quarantine", about, `${unreadable} entries can't be read`)] : []),
        ...fragmented(about, entries),
      ];
    },
  };
}

async function newest(quarantine: OpenedQuarantine, signal: AbortSignal): Promise<readonly Entry[]> {
  // Breaks off a listing that nobody waits for any longer.
  signal.addEventListener("abort", () => void quarantine.close());
  try {
    const entries: Entry[] = [];
    for await (const entry of quarantine.entries({ limit: MOST_ENTRIES })) entries.push(entry);
    return entries;
  } finally {
    await quarantine.close();
  }
}

/** What one sender did wrong in one way. */
interface Sender {
  readonly sender: string;
  readonly reason: string;
  /** Of the newest. */
  readonly detail: string;
  /** Milliseconds since 1970. */
  readonly newest: number;
  count: number;
}

/** Those of most messages first. */
function bySender(entries: readonly Entry[]): readonly Sender[] {
  const senders = new Map<string, Sender>();
  for (const { arrived, reasons } of entries) {
    const { listener, address, receivedAt } = arrived.receipt;
    const { reason = "unknown", detail = "" } = reasons[0] ?? {};
    const sender = address === undefined ? listener : `${address} by ${listener}`;
    const known = senders.get(`${sender} ${reason}`);
    if (known === undefined)
      senders.set(`${sender} ${reason}`, { sender, reason, detail, newest: receivedAt, count: 1 });
    else known.count++;
  }
  return Array.from(senders.values()).sort((one, other) => other.count - one.count);
}

const LOOK =
  "look at them with countersign quarantine ls, mend the sender, then replay or remove them: docs/quarantine.md";

function rejectedBy({ sender, reason, detail, newest, count }: Sender): Finding {
  return {
    severity: "risk",
    check: "quarantine",
    about: sender,
    says: `${count} messages were rejected as ${reason}, the newest at ${new Date(newest).toISOString()}: ${detail}`,
    todo: LOOK,
  };
}

function more(about: string, rest: readonly Sender[]): Finding {
  const count = rest.reduce((sum, one) => sum + one.count, 0);
  return {
    severity: "risk",
    check: "quarantine",
    about,
    says: `${count} more messages were rejected, of ${rest.length} senders and reasons`,
    todo: LOOK,
  };
}

/** What came in fragments by UDP came this time. */
function fragmented(about: string, entries: readonly Entry[]): readonly Finding[] {
  const sizes = entries
    .filter(({ arrived }) => arrived.receipt.listener === "udp")
    .map(({ size }) => size)
    .filter((size) => size > BEST_DATAGRAM_BYTES);
  return sizes.length === 0 ? [] : [largeDatagrams(about, sizes.length, `up to ${Math.max(...sizes)} bytes`)];
}

/** @param count of datagrams that were too large, and arrived all the same */
function largeDatagrams(about: string, count: number, howLarge: string): Finding {
  return {
    severity: "risk",
    check: "datagram",
    about,
    says: `${count} datagrams had more than ${BEST_DATAGRAM_BYTES} bytes (${howLarge}): others of that size may have been lost on their way, in no count`,
    todo: `let those publishers send by tcp://, or signature v2 in envelopes of at most ${BEST_DATAGRAM_BYTES} bytes: docs/deploy.md`,
  };
}
