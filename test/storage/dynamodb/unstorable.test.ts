import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MeteringRecord } from "../../../lib/sample/sample.ts";
import type { Value } from "../../../lib/sample/value.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import { type Call, watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { recorded } from "../reading.ts";

let server: DynamoDbServer;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.close());

describe("the DynamoDB storage, with records that can never be stored", () => {
  let table: string;
  let calls: Call[];
  let driver: StorageDriver;

  beforeEach(async () => {
    table = await server.freshTable();
    const client = server.client();
    calls = watchCalls(client);
    driver = openDynamoDb({ client, table });
  });

  const rows = () => itemsIn(server.client(), table);

  const long = (length: number) => "x".repeat(length);
  const key = (length: number) => `${long(length - 1)}\u00e9`;

  it.each<[string, MeteringRecord, string]>([
    [
      "a partition key of more than 2,048 bytes",
      aSample({ resource_id: long(2_048) }),
      "the sample needs a partition key of 2054 bytes; DynamoDB's limit is 2048",
    ],
    [
      "a sort key of more than 1,024 bytes",
      aSample({ message_id: key(963) }),
      "the sample needs a sort key of 1025 bytes; DynamoDB's limit is 1024",
    ],
    [
      "an event's partition key of more than 2,048 bytes",
      anEvent({ event_type: long(2_040) }),
      "the event needs a partition key of 2053 bytes; DynamoDB's limit is 2048",
    ],
    [
      "an event type of more than 1,013 bytes",
      anEvent({ event_type: long(1_014) }),
      "the event's type needs a sort key of 1025 bytes; DynamoDB's limit is 1024",
    ],
    [
      "a meter's key of more than 1,024 bytes",
      aSample({ counter_unit: long(1_008) }),
      "the sample's meter needs a sort key of 1025 bytes; DynamoDB's limit is 1024",
    ],
    [
      "a project of more than 2,046 bytes",
      aSample({ project_id: long(2_047) }),
      "the sample's metadata needs a project index key of 2049 bytes; DynamoDB's limit is 2048",
    ],
    [
      "metadata of more than 400 KB",
      aSample({
        resource_id: "r",
        user_id: null,
        project_id: null,
        resource_metadata: new Map([["k", long(409_600)]]),
      }),
      "the sample's metadata needs an item of 409798 bytes; DynamoDB's limit is 409600",
    ],
  ])("says so of %s, and stores its neighbours", async (_name, bad, detail) => {
    const good = [aSample(), aSample()] as const;
    expect(driver.unstorable(bad)).toBe(detail);
    expect(await driver.record([good[0], bad, good[1]])).toEqual([
      { kind: "recorded" },
      { kind: "unstorable", detail },
      { kind: "recorded" },
    ]);
    expect(await rows()).toHaveLength(2);
  });

  it("takes what is exactly at the limits of keys", async () => {
    const records = [
      aSample({ resource_id: long(2_048 - "s#cpu#".length) }),
      aSample({ message_id: key(962) }),
      anEvent({ event_type: long(1_013) }),
      aSample({ counter_unit: long(1_007) }),
      aSample({ project_id: long(2_046) }),
    ];
    expect(records.map((record) => driver.unstorable(record))).toEqual(records.map(() => undefined));
    expect(await driver.record(records)).toEqual(recorded(records.length));
  });

  it("says so of an event of more than 400 KB", async () => {
    const raw = new Map<string, Value>([["k", long(410_000)]]);
    expect(driver.unstorable(anEvent({ raw }))).toMatch(/^the event needs an item of 41\d{4} bytes/);
  });

  it("calls nobody when a batch has no others", async () => {
    await driver.record([aSample({ resource_id: long(3_000) })]);
    expect(calls).toEqual([]);
  });
});
