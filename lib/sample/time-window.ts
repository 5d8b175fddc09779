import type { MeteringRecord } from "./sample.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * The times that are believed, in milliseconds before and after the first receipt. A publisher that was cut off may deliver
 * last month's samples; whoever captured older ones can't bring them back as a bill.
 */
const sampleWindow = { past: 35 * DAY, future: DAY } as const;

/** For the clock of an envelope of signature v2, which is signed when it is sent. */
const envelopeWindow = { past: 5 * MINUTE, future: 5 * MINUTE } as const;

/**
 * Days that a message may wait before it is judged, as of its first receipt: in a queue, whichever it is; among the
 * dead letters, from when its queue got it; in the quarantine. What deploys these has the same figures.
 */
export const waitingDays = { queue: 4, deadLetters: 14, quarantine: 30 } as const;

/**
 * The shortest retention in days: what is expired must not be accepted again. For a captured sample that is received
 * at the end of its window, redriven once on its last day as a dead letter, and replayed from the quarantine on its
 * last day there; and a day more, as expiry is to the day.
 */
export const LEAST_RETENTION_DAYS =
  sampleWindow.past / DAY + waitingDays.deadLetters + waitingDays.queue + waitingDays.quarantine + 1;

/** @returns why a record's own time is not believable; undefined if it is */
export function outsideSampleWindow(record: MeteringRecord, receivedAt: number): string | undefined {
  // Year 9999 and the like are valid here, as `Date.parse` knows them too.
  const name = record.kind === "sample" ? "timestamp" : "generated";
  return outside(
    `${name} ${record.time}`,
    Date.parse(record.time),
    receivedAt,
    sampleWindow,
    "35 days before and 1 day",
  );
}

/** @param sentAt milliseconds since 1970. @returns why an envelope's clock is not believable; undefined if it is */
export function outsideEnvelopeWindow(sentAt: number, receivedAt: number): string | undefined {
  return outside("the envelope's clock", sentAt, receivedAt, envelopeWindow, "5 minutes before and 5 minutes");
}

function outside(
  what: string,
  time: number,
  receivedAt: number,
  window: { readonly past: number; readonly future: number },
  spelled: string,
): string | undefined {
  const late = receivedAt - time;
  if (late <= window.past && -late <= window.future) return undefined;
  return `${what} is not between ${spelled} after ${new Date(receivedAt).toISOString()}, when it was received`;
}
