import { InternalServerError, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { untilDone } from "../../../lib/storage/dynamodb/retry.ts";

const patience = { deadline: Number.POSITIVE_INFINITY, now: () => 0, random: () => 0 };
/** Within what a timer takes, and never reached by a test. */
const patient = () => ({ ...patience, deadline: Date.now() + 60_000, now: Date.now });

/** Attempts that leave, throw or finish what is listed, one a time. */
function attempts(...steps: readonly (() => unknown)[]) {
  let made = 0;
  return {
    made: () => made,
    attempt: async () => {
      const step = steps[Math.min(made, steps.length - 1)];
      made++;
      return step?.();
    },
  };
}

function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const withCode = (code: string) => Object.assign(new Error(code), { code });
const withStatus = (httpStatusCode: number) => Object.assign(new Error("answered"), { $metadata: { httpStatusCode } });
const withName = (name: string) => Object.assign(new Error("refused"), { name });

describe("an operation that is tried until it is done", () => {
  it("is tried once when nothing is left", async () => {
    const { attempt, made } = attempts(() => undefined);
    expect(await untilDone(attempt, patient())).toBeUndefined();
    expect(made()).toBe(1);
  });

  it("is tried until nothing is left", async () => {
    const { attempt, made } = attempts(
      () => "two left",
      () => "one left",
      () => undefined,
    );
    expect(await untilDone(attempt, patient())).toBeUndefined();
    expect(made()).toBe(3);
  });

  it("answers with the last cause after eight attempts", async () => {
    const { attempt, made } = attempts(thrower(withCode("ECONNRESET")), () => "one left");
    expect(await untilDone(attempt, patient())).toBe("one left");
    expect(made()).toBe(8);
  });

  it.each([
    ["a server's error", new InternalServerError({ message: "", $metadata: {} })],
    ["a status of 503", withStatus(503)],
    ["a connection that is refused", withCode("ECONNREFUSED")],
    ["a time-out", withName("TimeoutError")],
    ["a throttle", withName("ProvisionedThroughputExceededException")],
  ])("is tried again after %s", async (_name, error) => {
    const { attempt, made } = attempts(thrower(error), () => undefined);
    expect(await untilDone(attempt, patient())).toBeUndefined();
    expect(made()).toBe(2);
  });

  it.each([
    ["a missing table", new ResourceNotFoundException({ message: "", $metadata: {} })],
    ["a status of 400", withStatus(400)],
    ["an error without a status", Object.assign(new Error("odd"), { $metadata: null })],
    ["what is no error", "thrown text"],
  ])("is not tried again after %s", async (_name, error) => {
    const { attempt, made } = attempts(thrower(error));
    expect(await untilDone(attempt, patient())).toBe(error);
    expect(made()).toBe(1);
  });

  it("waits ever longer, at random, and not beyond its time", async () => {
    let clock = 0;
    const asked: number[] = [];
    // The time passes here only while it waits, and by what it meant to wait at most.
    const random = () => {
      asked.push(clock);
      clock += 400;
      return 0.001;
    };
    const { attempt, made } = attempts(() => "left");
    expect(await untilDone(attempt, { deadline: 1_000, now: () => clock, random })).toBe("left");
    expect([made(), asked]).toEqual([3, [0, 400, 800]]);
  });

  it("gives up an attempt that does not answer in its time", async () => {
    const attempt = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })));
      });
    const cause = await untilDone(attempt, { ...patient(), deadline: Date.now() + 20 });
    expect(cause).toEqual(new Error("no answer in time"));
  });
});
