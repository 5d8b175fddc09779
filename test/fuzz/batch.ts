import { isDeepStrictEqual } from "node:util";
import { createDispatcher, type Outcome } from "../../lib/collector/dispatcher.ts";
import { identity } from "../../lib/collector/identity.ts";
import type { Result } from "../../lib/collector/outcome.ts";
import type { MeteringRecord } from "../../lib/collector/sample.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { planOf } from "../../lib/storage/dynamodb-plan.ts";
import { openMemory } from "../../lib/storage/memory.ts";
import type { Checks } from "./checks.ts";
import type { Corpus } from "./corpus.ts";
import { checkRejected, judgeAndCheck, stackOf } from "./judging.ts";
import type { Mutant } from "./mutant.ts";
import { lostByStorage } from "./storage-checks.ts";
import type { Tally } from "./tally.ts";

/** Of the mutants recorded, every so many goes through the forms in which storages keep them. */
const STORED_EVERY = 5;

/** Sends mutants through a dispatcher into a storage of their own, and checks what becomes of them. */
export async function runBatch(
  mutants: readonly Mutant[],
  corpus: Corpus,
  checks: Checks,
  tally: Tally,
): Promise<void> {
  const judged = new Map<Mutant, Result<MeteringRecord>[]>();
  const owners = mutants.flatMap((mutant) =>
    mutant.messages.flatMap((message) => (message.ok ? message.value.map(() => mutant) : [])),
  );
  let next = 0;
  const refused = new Set<MeteringRecord>();
  const storage = limited(openMemory(), refused);
  const dispatcher = createDispatcher((message) => {
    // Messages are judged in the order in which they were given.
    const mutant = owners[next++];
    if (mutant === undefined) throw new Error("more was judged than was sent");
    const result = judgeAndCheck(message, mutant, corpus, checks);
    judged.set(mutant, [...(judged.get(mutant) ?? []), result]);
    return result;
  }, storage);
  const outcomes = await dispatcher.dispatch(mutants.flatMap(({ messages }) => messages));
  const sent = mutants.reduce((sum, { messages }) => sum + messages.length, 0);
  if (outcomes.length !== sent || next !== owners.length) {
    checks.failed("outcomes", `${outcomes.length} outcomes of ${sent} messages, ${next} of ${owners.length} judged`);
  }
  let at = 0;
  for (const mutant of mutants) {
    const own = outcomes.slice(at, at + mutant.messages.length);
    at += mutant.messages.length;
    checkMutant(mutant, judged.get(mutant) ?? [], own, refused, checks, tally);
  }
  await checkStored(storage, Array.from(judged.values()).flat(), refused, checks);
}

function checkMutant(
  mutant: Mutant,
  judged: readonly Result<MeteringRecord>[],
  outcomes: readonly Outcome[],
  refused: ReadonlySet<MeteringRecord>,
  checks: Checks,
  tally: Tally,
): void {
  if (mutant.problem !== undefined) checks.failed("transport", mutant.problem, mutant);
  const undecoded = mutant.messages.flatMap((message) => (message.ok ? [] : [message]));
  for (const rejection of undecoded) checkRejected(rejection, mutant, checks);
  tally.add(mutant, [...judged, ...undecoded]);
  const accepted = judged.flatMap((result) => (result.ok ? [result.value] : []));
  const signatures = new Set(accepted.map((record) => record.message_signature));
  const lost = mutant.neighbours.filter((signature) => !signatures.has(signature));
  if (lost.length > 0) checks.failed("neighbours", `not recorded: ${lost.join(", ")}`, mutant);
  const unstorable = accepted.filter((record) => refused.has(record)).length;
  tally.unstorable += unstorable;
  const rejections = judged.length - accepted.length + undecoded.length + unstorable;
  const problem = disagreement(outcomes, accepted.length - unstorable, rejections);
  if (problem !== undefined) checks.failed("outcomes", problem, mutant);
  if (mutant.index % STORED_EVERY !== 0) return;
  for (const record of accepted) {
    if (mutant.neighbours.includes(record.message_signature)) continue;
    try {
      const problem = lostByStorage(record);
      if (problem !== undefined) checks.failed("storage", problem, mutant);
    } catch (error) {
      checks.failed("throws", stackOf(error), mutant);
    }
  }
}

/** What is wrong with the outcomes of one mutant's messages, given how they were judged. */
function disagreement(outcomes: readonly Outcome[], recorded: number, rejections: number): string | undefined {
  let samples = 0;
  let rejected = 0;
  for (const outcome of outcomes) {
    if (outcome.kind === "failed") return `failed: ${stackOf(outcome.cause)}`;
    if (outcome.kind === "rejected" && outcome.rejected.length === 0) return "rejected for no reason";
    if (outcome.kind === "recorded") samples += outcome.samples;
    rejected += outcome.rejected.length;
  }
  return samples === recorded && rejected === rejections
    ? undefined
    : `${samples} recorded and ${rejected} rejected instead of ${recorded} and ${rejections}`;
}

/** The storage in memory, with DynamoDB's limits; what those refuse is put into `refused`. */
function limited(memory: StorageDriver, refused: Set<MeteringRecord>): StorageDriver {
  return {
    ...memory,
    async record(records) {
      const plans = records.map((record) => planOf(record));
      for (const [index, record] of records.entries()) if (plans[index]?.ok === false) refused.add(record);
      await memory.record(records.filter((record) => !refused.has(record)));
      return plans.map((planned) =>
        planned.ok ? { kind: "recorded" } : { kind: "unstorable", detail: planned.detail },
      );
    },
  };
}

async function checkStored(
  storage: StorageDriver,
  results: readonly Result<MeteringRecord>[],
  refused: ReadonlySet<MeteringRecord>,
  checks: Checks,
): Promise<void> {
  const storable = results.flatMap((result) => (result.ok && !refused.has(result.value) ? [result.value] : []));
  const expected = new Set(storable.map(identity));
  const read: MeteringRecord[] = [];
  for await (const sample of storage.samples({})) read.push(sample);
  const samples = read.length;
  for await (const event of storage.events({})) read.push(event);
  const found = new Set(read.map(identity));
  const sorted = read.every((record, at) => at === 0 || at === samples || record.time <= (read[at - 1]?.time ?? ""));
  if (read.length !== expected.size || !isDeepStrictEqual(found, expected) || !sorted) {
    checks.failed("memory", `${read.length} read back of ${expected.size}, in order: ${sorted}`);
  }
}
