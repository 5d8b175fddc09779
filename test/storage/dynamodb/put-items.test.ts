import { ThrottlingException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../../lib/storage/dynamodb/layout/limits.ts";
import { keyOf, putItems } from "../../../lib/storage/dynamodb/put-items.ts";
import { type Call, failCalls, leaveUnprocessed, watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";

describe("a batch of items", () => {
  let server: DynamoDbServer;
  let table: string;
  let client: ReturnType<DynamoDbServer["client"]>;
  let calls: Call[];
  beforeAll(async () => {
    server = await startDynamoDb();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    table = await server.freshTable();
    client = server.client();
    calls = watchCalls(client);
  });

  const patience = () => ({ deadline: Date.now() + 20_000, now: Date.now, random: () => 0 });
  const items = (count: number, more: Item = {}) =>
    Array.from({ length: count }, (_, index): Item => ({ pk: { S: "p" }, sk: { S: `s${index}` }, ...more }));
  const put = (all: readonly Item[]) => putItems(client, table, all, patience());
  const stored = async () => (await itemsIn(server.client(), table)).length;
  const sizes = () => calls.map(({ puts }) => puts[table]?.length);

  it.each([
    [0, []],
    [1, [1]],
    [25, [25]],
    [26, [25, 1]],
    [75, [25, 25, 25]],
  ])("of %i is written in calls of %j", async (count, expected) => {
    expect(await put(items(count))).toEqual(new Map());
    expect(sizes()).toEqual(expected);
    expect(await stored()).toBe(count);
  });

  it("has at most four calls at a time", async () => {
    let running = 0;
    let most = 0;
    client.middlewareStack.add(
      (next) => async (args) => {
        running++;
        most = Math.max(most, running);
        const answer = await next(args);
        running--;
        return answer;
      },
      { step: "initialize" },
    );
    await put(items(200));
    expect(most).toBe(4);
  });

  it("asks again for what was left unprocessed, and for nothing else", async () => {
    leaveUnprocessed(client, (item, call) => call < 3 && (item.sk?.S === "s3" || item.sk?.S === "s4"));
    expect(await put(items(6))).toEqual(new Map());
    // The second call is wholly left, so that it never gets to the service.
    expect(sizes()).toEqual([4, 2]);
  });

  it("gives up after eight attempts", async () => {
    let attempts = 0;
    leaveUnprocessed(client, (_item, call) => {
      attempts = call;
      return true;
    });
    const [item] = items(1) as [Item];
    const cause = new Error("DynamoDB left 1 of a batch unprocessed");
    expect(await put([item])).toEqual(new Map([[keyOf(item), { kind: "failed", cause }]]));
    expect(attempts).toBe(8);
  });

  it("goes on after a throttle", async () => {
    const throttled = new ThrottlingException({ message: "slow down", $metadata: {} });
    failCalls(client, (_command, call) => (call <= 2 ? throttled : undefined));
    expect(await put(items(3))).toEqual(new Map());
    expect(sizes()).toEqual([3]);
  });

  it("fails only the calls that failed", async () => {
    failCalls(client, (_command, call) => (call === 2 ? new Error("denied") : undefined));
    const all = items(60);
    const refused = await put(all);
    expect([...refused.keys()]).toEqual(all.slice(25, 50).map(keyOf));
    const failed = { kind: "failed", cause: new Error("denied") };
    expect([...refused.values()]).toEqual(Array.from({ length: 25 }, () => failed));
    expect(await stored()).toBe(35);
  });

  it("is stored but for the one item that the service can't read", async () => {
    const all = items(30);
    const bad = { ...all[7], n: { N: "1e200" } };
    const refused = await put(all.with(7, bad));
    expect([...refused]).toEqual([
      [keyOf(bad), { kind: "failed", cause: expect.objectContaining({ name: "ValidationException" }) }],
    ]);
    expect(await stored()).toBe(29);
  });

  it("is stored but for the one item that the service calls too large, which is final", async () => {
    const all = items(3);
    const bad = { ...all[1], b: { S: "x".repeat(410_000) } };
    expect(await put(all.with(1, bad))).toEqual(
      new Map([
        [keyOf(bad), { kind: "unstorable", detail: "DynamoDB: Item size has exceeded the maximum allowed size" }],
      ]),
    );
    expect(await stored()).toBe(2);
  });

  it("is failed, and never called unstorable, where the table has another schema", async () => {
    const refused = await put(items(2).map((item) => ({ ...item, pk: { N: "1" } })));
    expect([...refused.values()].map(({ kind }) => kind)).toEqual(["failed", "failed"]);
  });
});
