import { describe, expect, it } from "vitest";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { handlerOn, plenty, queueRecord, sampleBody } from "./handling.ts";

/** Memory that refuses what a test names. */
function refusing(refused: (id: string) => boolean): StorageDriver {
  const memory = openMemory();
  return {
    ...memory,
    record: async (records) => {
      await memory.record(records.filter((one) => !refused(one.message_id)));
      return records.map((one) =>
        refused(one.message_id) ? { kind: "failed", cause: new Error("throttled") } : { kind: "recorded" },
      );
    },
  };
}

async function countOf(storage: StorageDriver): Promise<number> {
  let count = 0;
  for await (const _ of storage.samples({})) count++;
  return count;
}

describe("the queue handler", () => {
  it("acknowledges what is recorded and what is rejected, and gives back what failed", async () => {
    const storage = refusing((id) => id === "c");
    const { handle, log } = handlerOn(storage);
    const answer = await handle(
      {
        Records: [
          queueRecord("1", sampleBody("a")),
          queueRecord("2", "not JSON"),
          queueRecord("3", sampleBody("c")),
          queueRecord("4", toExactJson(new Map(Object.entries(plainSample)))),
          queueRecord("5", "[]"),
        ],
      },
      plenty,
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "3" }] });
    expect(await countOf(storage)).toBe(1);
    expect(log()).toEqual([
      {
        level: "warn",
        message: "samples rejected",
        reason: "undecodable",
        count: 1,
        first: "JSON: expected a value at character 0",
      },
      {
        level: "warn",
        message: "samples rejected",
        reason: "unsigned",
        count: 1,
        first: "message_signature is missing: on a publisher of Ceilometer's, telemetry_secret is empty",
      },
      { level: "warn", message: "messages failed, to be tried again", count: 1, cause: "Error: throttled" },
      { level: "info", message: "messages handled", received: 5, recorded: 2, rejected: 2, failed: 1, samples: 1 },
    ]);
  });

  it("records ten messages of a thousand samples, and gives back exactly those that storage refused a part of", async () => {
    const storage = refusing((id) => id === "3-500" || id === "7-0");
    const { handle } = handlerOn(storage);
    const Records = Array.from({ length: 10 }, (_, message) => {
      const bodies = Array.from({ length: 1_000 }, (__, sample) => sampleBody(`${message}-${sample}`));
      return queueRecord(`m${message}`, `[${bodies.join(",")}]`);
    });
    const answer = await handle({ Records }, plenty);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m3" }, { itemIdentifier: "m7" }] });
    expect(await countOf(storage)).toBe(9_998);
  });

  it("reports as failed whatever is not stored before the invocation's time runs out", async () => {
    const memory = openMemory();
    let calls = 0;
    const stuck: StorageDriver = {
      ...memory,
      record: (records) => (++calls === 1 ? memory.record(records) : new Promise(() => {})),
    };
    const { handle, log } = handlerOn(stuck);
    const Records = Array.from({ length: 101 }, (_, index) => queueRecord(`m${index}`, sampleBody(`s${index}`)));
    const answer = await handle({ Records }, { getRemainingTimeInMillis: () => 1_200 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "m100" }] });
    expect(log()).toContainEqual({ level: "warn", message: "time ran out, messages to be tried again", count: 1 });
  });

  it("gives everything back when there is no time left at all", async () => {
    const stuck: StorageDriver = { ...openMemory(), record: () => new Promise(() => {}) };
    const { handle } = handlerOn(stuck);
    const answer = await handle(
      { Records: [queueRecord("1", sampleBody("a"))] },
      { getRemainingTimeInMillis: () => 0 },
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  });

  it("answers an empty event with nothing", async () => {
    const { handle } = handlerOn(openMemory());
    expect(await handle({ Records: [] }, plenty)).toEqual({ batchItemFailures: [] });
  });

  it("never logs a secret, a signature or what it expected", async () => {
    const { handle, lines } = handlerOn(openMemory());
    const message = new Map([...signedMessage(plainSample), ["counter_volume", 1n] as const]);
    await handle({ Records: [queueRecord("1", toExactJson(message)), queueRecord("2", sampleBody("a"))] }, plenty);
    expect(lines.join("\n")).not.toMatch(/[0-9a-f]{64}|change this/);
  });
});
