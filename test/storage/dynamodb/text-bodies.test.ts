import { type AttributeValue, BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planOf } from "../../../lib/storage/dynamodb/layout/write-plan.ts";
import { bodyOf, sendTextBodies } from "../../../lib/storage/dynamodb/text-bodies.ts";
import { events, samples } from "../../support/record-arbitrary.ts";

interface Sent {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client whose requests go nowhere: each is noted when it is signed and all. */
function noting(sent: Sent[]): DynamoDBClient {
  const client = new DynamoDBClient({
    region: "eu-west-1",
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    () => async (args) => {
      const { body, headers } = args.request as Sent;
      sent.push({ body: JSON.parse(String(body)), headers });
      throw new Error("noted");
    },
    { step: "finalizeRequest", priority: "low" },
  );
  return client;
}

async function sentBy(client: DynamoDBClient, sent: Sent[], command: BatchWriteItemCommand): Promise<Sent | undefined> {
  await client.send(command).catch(() => undefined);
  return sent.pop();
}

describe("a batch of puts", () => {
  it("is sent as the SDK would send it, to the last header", async () => {
    const [ours, theirs]: [Sent[], Sent[]] = [[], []];
    const [client, plain] = [noting(ours), noting(theirs)];
    sendTextBodies(client);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(samples(), events()), { minLength: 1, maxLength: 4 }), async (records) => {
        const items = records.flatMap((record) => {
          const planned = planOf(record, 30);
          return planned.ok ? [planned.plan.row, ...planned.plan.needs] : [];
        });
        const RequestItems = { "a.table-1": items.map((Item) => ({ PutRequest: { Item: { ...Item } } })) };
        const input = { RequestItems, ReturnConsumedCapacity: "TOTAL" } as const;
        const one = await sentBy(client, ours, new BatchWriteItemCommand(input));
        const other = await sentBy(plain, theirs, new BatchWriteItemCommand(input));
        expect(one?.body).toEqual(other?.body);
        expect(lasting(one)).toEqual(lasting(other));
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, AttributeValue]>([
    ["a map", { M: {} }],
    ["a list", { L: [] }],
    ["a boolean", { BOOL: true }],
    ["a set", { SS: ["a"] }],
  ])("with %s in it is left to the SDK", (_what, value) => {
    expect(bodyOf({ RequestItems: { t: [{ PutRequest: { Item: { a: value } } }] } })).toBeUndefined();
  });

  it("that removes something is left to the SDK", () => {
    expect(bodyOf({ RequestItems: { t: [{ DeleteRequest: { Key: { a: { S: "a" } } } }] } })).toBeUndefined();
  });
});

/** What is the same in two calls one after the other: length and type of the body, and what is asked for. */
function lasting(sent: Sent | undefined): Readonly<Record<string, unknown>> {
  const { "content-type": type, "content-length": length, "x-amz-target": target, host } = sent?.headers ?? {};
  return { type, length, target, host };
}
