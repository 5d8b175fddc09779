import { isDeepStrictEqual } from "node:util";
import { createDispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import type { Outcome } from "../../lib/ledger/outcome.ts";
import { billedContent } from "../../lib/sample/billed.ts";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { identity } from "../../lib/sample/identity.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { planOf } from "../../lib/storage/dynamodb/layout/write-plan.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import type { Checks } from "./checks.ts";
import type { Corpus } from "./corpus.ts";
import { judgeAndCheck, provenIn, stackOf } from "./judging.ts";
import type { Mutant } from "./mutant.ts";
import { lostByStorage } from "./storage-checks.ts";
import type { Tally } from "./tally.ts";

/** Of the mutants recorded, every so many goes through the forms in which storages keep them. */
const STORED_EVERY = 5;

/** Sends mutants through the judge and a dispatcher into a storage of their own, and checks what becomes of them. */
export async function runBatch(
  mutants: readonly Mutant[],
  corpus: Corpus,
  checks: Checks,
  tally: Tally,
): Promise<void> {
  const judged = mutants.map((mutant) =>
    mutant.deliveries.map((delivered) => judgeAndCheck(delivered, mutant, corpus, checks)),
  );
  const refused = new Set<MeteringRecord>();
  const storage = limited(openMemory(), refused);
  const sent = judged.flat();
  const outcomes = await createDispatcher(storage, createRecentlyRecorded()).dispatch(sent);
  if (outcomes.length !== sent.length) {
    checks.failed("outcomes", `${outcomes.length} outcomes of ${sent.length} messages`);
  }
  let at = 0;
  for (const [index, mutant] of mutants.entries()) {
    const results = judged[index] ?? [];
    checkMutant(mutant, results, outcomes.slice(at, at + results.length), refused, checks, tally);
    at += results.length;
  }
  const genuine = sent.flat().flatMap((result) => (result.ok ? [result.value] : []));
  checkContents(genuine, checks);
  await checkStored(
    storage,
    genuine.map(({ record }) => record),
    refused,
    checks,
  );
}

function checkMutant(
  mutant: Mutant,
  deliveries: readonly (readonly Result<Genuine>[])[],
  outcomes: readonly Outcome[],
  refused: ReadonlySet<MeteringRecord>,
  checks: Checks,
  tally: Tally,
): void {
  if (mutant.problem !== undefined) checks.failed("transport", mutant.problem, mutant);
  const judged = deliveries.flat();
  const accepted = provenIn(deliveries, mutant);
  const proofs = new Set(accepted.map(([, proof]) => proof));
  const own = accepted.flatMap(([record, proof]) => (mutant.neighbours.includes(proof) ? [] : [record]));
  tally.add(
    mutant,
    own,
    judged.flatMap((result) => (result.ok ? [] : [result.reason])),
  );
  const lost = mutant.neighbours.filter((proof) => !proofs.has(proof));
  if (lost.length > 0 && mutant.isSpoilt?.() !== true)
    checks.failed("neighbours", `not recorded: ${lost.join(", ")}`, mutant);
  const unstorable = accepted.filter(([record]) => refused.has(record)).length;
  tally.unstorable += unstorable;
  const problem = disagreement(outcomes, accepted.length - unstorable, judged.length - accepted.length + unstorable);
  if (problem !== undefined) checks.failed("outcomes", problem, mutant);
  if (mutant.index % STORED_EVERY !== 0) return;
  for (const record of own) {
    try {
      const problem = lostByStorage(record);
      if (problem !== undefined) checks.failed("storage", problem, mutant);
    } catch (error) {
      checks.failed("throws", stackOf(error), mutant);
    }
  }
}

/** What is taken for a duplicate must be one. */
function checkContents(all: readonly Genuine[], checks: Checks): void {
  const identities = new Map<string, string>();
  for (const { record } of all) {
    const [digest, own] = [contentDigest(record), identity(record)];
    const known = identities.get(digest) ?? own;
    if (known !== own) checks.failed("content", `${digest} of ${own} and ${known}`);
    identities.set(digest, own);
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
  records: readonly MeteringRecord[],
  refused: ReadonlySet<MeteringRecord>,
  checks: Checks,
): Promise<void> {
  const expected = new Set(records.filter((record) => !refused.has(record)).map(asRead));
  const read: MeteringRecord[] = [];
  for await (const sample of storage.samples({})) read.push(sample);
  const samples = read.length;
  for await (const event of storage.events({})) read.push(event);
  const found = new Set(read.map(asRead));
  const sorted = read.every((record, at) => at === 0 || at === samples || record.time <= (read[at - 1]?.time ?? ""));
  if (read.length !== expected.size || !isDeepStrictEqual(found, expected) || !sorted) {
    checks.failed("memory", `${read.length} read back of ${expected.size}, in order: ${sorted}`);
  }
}

/** What readers tell apart: samples of one identity that bill otherwise, events of one that say something else. */
function asRead(record: MeteringRecord): string {
  return identity(record) + (record.kind === "sample" ? billedContent(record) : contentDigest(record));
}
