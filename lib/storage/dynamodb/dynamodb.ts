import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { MeteringRecord, Sample } from "../../sample/sample.ts";
import type { SampleFilter, StorageDriver, Stored } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { readConflicts, readSamples, type SampleSource } from "../rows/read-samples.ts";
import { settlementLookup } from "../rows/settlement-lookup.ts";
import type { ExpiredRecords } from "../storage-kind.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { expectFormat, markFormat } from "./format.ts";
import { expiredAmong } from "./layout/expired-rows.ts";
import { defaultResourcesTable, settlementPartition } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { type Plan, planOf } from "./layout/write-plan.ts";
import { versionReader } from "./metadata-versions.ts";
import { prerequisitesWriter } from "./prerequisites.ts";
import { keyOf, putItems, type Refusal } from "./put-items.ts";
import { readIdentities } from "./read.ts";
import { readEvents } from "./read-events.ts";
import { itemReader } from "./readable-items.ts";
import { loadSettlements, putSettlement } from "./settlements.ts";
import { sendTextBodies } from "./text-bodies.ts";

/** Half of it for what samples need, half for the samples: a Lambda function has to answer its queue in 30 s. */
const GIVE_UP_AFTER_MS = 20_000;

export interface DynamoDbOptions {
  /** The driver's own from now on: `close` destroys it. */
  readonly client: DynamoDBClient;
  /** Of samples and events. */
  readonly table: string;
  /** Of metadata versions and of what there is to read; `<table>-resources` by default. */
  readonly resourcesTable?: string;
  /** Days that a sample is kept, counted from its own time; for ever by default. */
  readonly retentionDays?: number;
  /** How long one call of `record` or read goes on trying, in milliseconds. */
  readonly giveUpAfterMs?: number;
  /** Told of records that were stored although their retention is over. */
  readonly onExpired?: (expired: ExpiredRecords) => void;
  /** Without it a damaged item ends a reading. */
  readonly onUnreadable?: OnUnreadable;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number;
}

const RECORDED: Stored = { kind: "recorded" };

export interface DynamoDbStorage extends StorageDriver {
  /** Marks the tables as of our format. Rejects with NewerFormat, or with what the service answers. */
  prepare(): Promise<void>;
}

/**
 * Samples and events in two DynamoDB tables (keys.ts says how they are laid out).
 *
 * The row is the idempotency record: it depends on nothing but what was signed, so that writing it again writes
 * the same, and retries, redrive and replay need neither a condition nor a second table.
 */
export function openDynamoDb(options: DynamoDbOptions): DynamoDbStorage {
  const { client, table, retentionDays, giveUpAfterMs = GIVE_UP_AFTER_MS } = options;
  const { resourcesTable = defaultResourcesTable(table), now = Date.now, random = Math.random } = options;
  if (retentionDays !== undefined && !(retentionDays > 0 && Number.isFinite(retentionDays))) {
    throw new RangeError(`retentionDays has to be a number above 0, got ${retentionDays}`);
  }
  sendTextBodies(client);
  const closing = new AbortController();
  const { signal } = closing;
  const patience = (share = 1) => ({ deadline: now() + giveUpAfterMs * share, now, random, signal });
  const ensureNeeds = prerequisitesWriter(client, resourcesTable);
  const readItems = itemReader(options.onUnreadable);
  const versions = versionReader(client, resourcesTable, patience);
  const readFrom = { client, table, resourcesTable, versions, readItems, now };
  let closed = false;
  let known = false;

  /** @param plans by the key of their row */
  async function store(plans: ReadonlyMap<string, Plan>): Promise<ReadonlyMap<string, Refusal>> {
    // A sample counts as recorded only with its metadata, so that goes first.
    const unmet = await ensureNeeds(Array.from(plans.values(), ({ needs }) => needs).flat(), patience(0.5));
    const refused = new Map<string, Refusal>();
    const rows: Item[] = [];
    for (const [key, { row, needs }] of plans) {
      const refusal = unmet.size === 0 ? undefined : needs.map((need) => unmet.get(keyOf(need))).find(isRefusal);
      if (refusal === undefined) rows.push(row);
      else refused.set(key, refusal);
    }
    for (const [key, refusal] of await putItems(client, table, rows, patience(0.5))) refused.set(key, refusal);
    return refused;
  }

  function tellExpired(plans: ReadonlyMap<string, Plan>, refused: ReadonlyMap<string, Refusal>): void {
    if (retentionDays === undefined) return;
    const stored = Array.from(plans).filter(([key]) => !refused.has(key));
    const expired = expiredAmong(
      stored.map(([, { row }]) => row),
      now(),
    );
    if (expired !== undefined) options.onExpired?.(expired);
  }

  async function* identitiesOf(filter: SampleFilter): AsyncGenerator<Copies<Sample>> {
    await readable();
    yield* readIdentities(readFrom, filter);
  }

  function sourceOf(filter: SampleFilter): SampleSource {
    return {
      identities: identitiesOf(filter),
      settlementOf: settlementLookup(
        (sample) => settlementPartition(sample.counter_name, sample.resource_id),
        (partition) => loadSettlements(client, resourcesTable, partition, readItems),
      ),
    };
  }

  function open(): void {
    if (closed) throw new Error("this DynamoDB storage has been closed");
  }

  /** Before the first reading: the tables are in a format that we can read. */
  async function readable(): Promise<void> {
    open();
    if (!known) await expectFormat(client, resourcesTable, patience());
    known = true;
  }

  return {
    name: "dynamodb",

    unstorable(record: MeteringRecord): string | undefined {
      const planned = planOf(record, retentionDays);
      return planned.ok ? undefined : planned.detail;
    },

    async record(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
      open();
      const planned = records.map((record) => planOf(record, retentionDays));
      // One request can't name a key twice; of equal keys the last counts, as if they were written one by one.
      const plans = new Map<string, Plan>();
      const keys = planned.map((one) => {
        const key = one.ok ? keyOf(one.plan.row) : "";
        if (one.ok) plans.set(key, one.plan);
        return key;
      });
      const refused = await store(plans);
      tellExpired(plans, refused);
      return planned.map((one, index) => {
        if (!one.ok) return { kind: "unstorable", detail: one.detail };
        return refused.get(keys[index] ?? "") ?? RECORDED;
      });
    },

    async prepare() {
      open();
      await markFormat(client, { samples: table, resources: resourcesTable }, patience());
      known = true;
    },

    samples: (filter) => readSamples(sourceOf(filter), filter),

    conflicts: ({ limit, ...filter }) => readConflicts(sourceOf(filter), { ...filter, limit }),

    async settle(settlement) {
      await readable();
      return putSettlement(client, resourcesTable, settlement, patience());
    },

    async *events(filter) {
      if (filter.limit !== undefined && filter.limit <= 0) return;
      await readable();
      yield* readEvents(readFrom, filter);
    },

    async close(): Promise<void> {
      if (!closed) client.destroy();
      closed = true;
      closing.abort();
    },
  };
}

function isRefusal(refusal: Refusal | undefined): refusal is Refusal {
  return refusal !== undefined;
}
