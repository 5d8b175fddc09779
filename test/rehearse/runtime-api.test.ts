import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RuntimeApi, startRuntimeApi } from "./runtime-api.ts";

const ARN = "arn:aws:lambda:us-east-1:123456789012:function:collector";

let api: RuntimeApi;
beforeEach(async () => {
  api = await startRuntimeApi(ARN);
});
afterEach(() => api.stop());

function url(path: string): string {
  return `http://${api.address}/2018-06-01/runtime/${path}`;
}

async function next() {
  const response = await fetch(url("invocation/next"));
  return { id: response.headers.get("lambda-runtime-aws-request-id") ?? "", response, event: await response.json() };
}

async function post(path: string, body: string): Promise<readonly [status: number, body: unknown]> {
  const response = await fetch(url(path), { method: "POST", body });
  return [response.status, await response.json()];
}

const accepted = [202, { status: "OK" }];

describe("the local Runtime API", () => {
  it("hands over an event with the headers that a runtime reads, and returns its response", async () => {
    const before = Date.now();
    const answer = api.invoke({ Records: [] }, 5_000);
    const { id, response, event } = await next();
    expect(event).toEqual({ Records: [] });
    expect(response.headers.get("lambda-runtime-invoked-function-arn")).toBe(ARN);
    expect(response.headers.get("lambda-runtime-trace-id")).toMatch(/^Root=1-[0-9a-f]+-0{24};Sampled=0$/);
    expect(Number(response.headers.get("lambda-runtime-deadline-ms"))).toBeGreaterThanOrEqual(before + 5_000);
    expect(await post(`invocation/${id}/response`, '{"batchItemFailures":[]}')).toEqual(accepted);
    expect(await answer).toEqual({ kind: "response", value: { batchItemFailures: [] } });
  });

  it("lets a runtime that asks first wait for the event, which is how a start is seen to have ended", async () => {
    const asked = next();
    expect(await api.started).toEqual({ kind: "ready" });
    const answer = api.invoke("first", 5_000);
    const { id, event } = await asked;
    expect(event).toBe("first");
    await post(`invocation/${id}/response`, "");
    expect(await answer).toEqual({ kind: "response", value: "" });
  });

  it("returns what the function threw", async () => {
    const answer = api.invoke({}, 5_000);
    const { id } = await next();
    expect(await post(`invocation/${id}/error`, '{"errorType":"TypeError"}')).toEqual(accepted);
    expect(await answer).toEqual({ kind: "error", error: { errorType: "TypeError" } });
  });

  it("returns why a function could not start", async () => {
    expect(await post("init/error", '{"errorMessage":"no storage"}')).toEqual(accepted);
    expect(await api.started).toEqual({ kind: "init-error", error: { errorMessage: "no storage" } });
  });

  it("gives up on an event when its time is over, and refuses the answer that comes later", async () => {
    const answer = api.invoke({}, 1);
    const { id } = await next();
    expect(await answer).toEqual({ kind: "timeout" });
    expect(await post(`invocation/${id}/response`, "{}")).toEqual([400, { errorType: "InvalidRequestID" }]);
  });

  it("takes one event at a time", async () => {
    const answer = api.invoke(1, 5_000);
    expect(() => api.invoke(2, 5_000)).toThrow("one event at a time");
    const { id } = await next();
    await post(`invocation/${id}/response`, "1");
    await answer;
  });

  it("knows no other path", async () => {
    expect(await post("invocation/1/other", "")).toEqual([404, { errorType: "NotFound" }]);
  });
});
