import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { createExpiredCounter } from "../../lib/assembly/expired-records.ts";
import { closeParts, openParts, type Parts } from "../../lib/assembly/open-parts.ts";
import { processLedger } from "../../lib/assembly/process-ledger.ts";
import { toPrometheus } from "../../lib/ledger/prometheus.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { plainSettings } from "../support/plain-settings.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";

const DAY_MS = 86_400_000;

describe("samples come when their retention is over already", () => {
  let server: DynamoDbServer;
  let parts: Parts | undefined;
  const lines: string[] = [];
  beforeAll(async () => {
    server = await startDynamoDb();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    if (parts !== undefined) await closeParts(parts);
    parts = undefined;
    lines.length = 0;
  });

  async function opened(parameters: string): Promise<Parts> {
    const storage = `dynamodb://${await server.freshTable()}?endpoint=${server.endpoint}${parameters}`;
    const opening = await openParts(
      { ...plainSettings, drivers: allDrivers, storage },
      createLogger((line) => lines.push(line)),
    );
    if (!opening.ok) throw new Error(opening.problems.join());
    parts = opening.parts;
    lines.length = 0;
    return opening.parts;
  }

  const daysAgo = (days: number) => `${new Date(Date.now() - days * DAY_MS).toISOString().slice(0, -1)}000Z`;

  it("and are stored only to vanish, or never to be deleted: both is logged and counted", async () => {
    const { storage, expired } = await opened("&retention_days=30");
    await storage.record([29, 31, 30 + 5 * 365 + 1].map((days) => aSample({ time: daysAgo(days) })));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message:
          "stored, though retention_days is over for them: DynamoDB deletes them within days, but never those of more than five years ago (never_deleted); a time window refuses both",
        records: 2,
        never_deleted: 1,
      },
    ]);
    await storage.record([anEvent({ time: "0001-01-01T00:00:00.000000Z" })]);
    expect([lines.length, expired()]).toEqual([1, 3]);
    if (parts === undefined) throw new Error("nothing is open");
    expect(toPrometheus({}, processLedger(parts, undefined, 0))).toContain("countersign_samples_expired_total 3\n");
  });

  it("and nothing is said where they are kept for ever", async () => {
    const { storage, expired } = await opened("");
    await storage.record([aSample({ time: daysAgo(4_000) })]);
    expect([lines, expired()]).toEqual([[], 0]);
  });

  it("and a flood of them is a line a minute, which sums up", () => {
    let now = 0;
    const counter = createExpiredCounter(
      createLogger((line) => lines.push(line)),
      () => now,
    );
    for (let second = 0; second <= 120; second++) {
      now = second * 1_000;
      counter.note({ records: 10, kept: 1 });
    }
    const said = lines.map((line) => JSON.parse(line)).map(({ records, never_deleted }) => [records, never_deleted]);
    expect(said).toEqual([
      [10, 1],
      [600, 60],
      [600, 60],
    ]);
    expect(counter.count()).toBe(1_210);
  });
});
