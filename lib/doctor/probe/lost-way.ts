import { rejectionReasons } from "../../sample/rejection.ts";
import type { Figures } from "../figures/figures.ts";
import type { Finding } from "../finding/finding.ts";
import type { Probe } from "./probe.ts";
import type { Sent } from "./send-probes.ts";

/** What was not found in one storage, of all that was sent. */
export interface Missing {
  readonly storage: string;
  readonly probes: readonly Probe[];
}

export interface LostWayOptions {
  /** Of each storage that could be looked into. */
  readonly missing: readonly Missing[];
  /** The collector's figures before the samples were sent and after they were looked for; undefined where nobody could look. */
  readonly before: Figures | undefined;
  readonly after: Figures | undefined;
  readonly waitMs: number;
}

/** What is wrong with a way by which a sample did not come through, as far as the collector's figures tell. */
export function lostWay(way: Sent, { missing, before, after, waitMs }: LostWayOptions): readonly Finding[] {
  const { about } = way;
  const within = `${waitMs / 1_000} s`;
  const lost = way.probes.map((probe) => ({ probe, storages: missing.filter(({ probes }) => probes.includes(probe)) }));
  const everyWhere = lost.filter(({ storages }) => storages.length > 0 && storages.length === missing.length);
  if (everyWhere.length > 0 && everyWhere.length < way.probes.length) {
    return everyWhere.map(({ probe }) => tooLarge(about, probe, within));
  }
  const places = new Set(lost.flatMap(({ storages }) => storages.map(({ storage }) => storage)));
  if (places.size === 0) return [];
  const why = reasonOf(way, before, after);
  return [
    {
      severity: "fault",
      check: "sample",
      about,
      says: `a signed sample is not in ${Array.from(places).join(", ")} after ${within}: ${why.says}`,
      todo: why.todo,
    },
  ];
}

/** Smaller ones of the same way came through. */
function tooLarge(about: string, { bytes }: Probe, within: string): Finding {
  return {
    severity: "fault",
    check: "datagram",
    about,
    says: `a datagram of ${bytes.length} bytes was not stored after ${within}, and smaller ones were`,
    todo: "something on the way drops what it would have to cut into fragments: let publishers of samples of that size send by tcp://",
  };
}

interface Reason {
  readonly says: string;
  readonly todo: string;
}

function reasonOf({ listener }: Sent, before: Figures | undefined, after: Figures | undefined): Reason {
  if (before === undefined || after === undefined) return unknown;
  const grown = (name: Parameters<Figures["total"]>[0]) => after.total(name, listener) - before.total(name, listener);
  const reason = rejectionReasons.find((one) => after.rejected(listener, one) > before.rejected(listener, one));
  if (reason !== undefined) {
    return {
      says: `the collector rejected it as ${reason}`,
      todo: `compare the keys and dialects given here with the collector's: docs/protocol.md#why-a-message-is-rejected`,
    };
  }
  if (grown("MessagesReceived") <= 0) {
    return {
      says: "it did not arrive",
      todo: "see whether the address is the collector's, and whether firewalls and client networks let it through",
    };
  }
  if (
    grown("SamplesSpilled") > 0 ||
    grown("SamplesFailed") > 0 ||
    grown("SamplesShed") > 0 ||
    isWaiting(after, listener)
  ) {
    return {
      says: "it arrived and is genuine, and storage does not take it",
      todo: "read the collector's log for what storage answers",
    };
  }
  if (grown("SamplesRecorded") > 0) {
    return { says: "it was recorded", todo: "compare --storage with the collector's: it stores elsewhere" };
  }
  return unknown;
}

function isWaiting(after: Figures, listener: Sent["listener"]): boolean {
  return after.total("RecordsInFlight", listener) > 0 || after.total("SamplesFailed", listener) > 0;
}

const unknown: Reason = {
  says: "it did not arrive, was rejected, or could not be stored",
  todo: "give --health, which tells which of these it was; compare address, keys and --storage with the collector's, and read its log",
};
