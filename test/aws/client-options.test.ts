import { describe, expect, it } from "vitest";
import { clientOptions, isLocal } from "../../lib/aws/client-options.ts";

describe("an endpoint", () => {
  it.each([
    "http://127.0.0.1:8000",
    "http://127.1.2.3",
    "http://localhost:4566",
    "https://LOCALHOST",
    "http://s3.localhost:9000",
    "http://[::1]:8000",
  ])("%s is on this machine", (endpoint) => {
    expect(isLocal({ endpoint, region: undefined })).toBe(true);
    expect(clientOptions({ endpoint, region: undefined })).toMatchObject({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
  });

  it.each([
    undefined,
    "https://dynamodb.eu-central-1.amazonaws.com",
    "https://localhost.example.com",
    "https://notlocalhost",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1:8000",
  ])("%s is not, so that credentials and region come from where the SDK looks", (endpoint) => {
    expect(isLocal({ endpoint, region: undefined })).toBe(false);
    const options = clientOptions({ endpoint, region: undefined });
    expect(Object.keys(options).sort()).toEqual([
      ...(endpoint === undefined ? [] : ["endpoint"]),
      "maxAttempts",
      "requestHandler",
    ]);
  });

  it("on this machine may be asked for another region", () => {
    const where = { endpoint: "http://localhost:8000", region: "eu-central-1" };
    expect(clientOptions(where)).toMatchObject({ region: "eu-central-1" });
  });

  it("never makes a client wait without end", () => {
    expect(clientOptions({ endpoint: undefined, region: "eu-central-1" })).toEqual({
      region: "eu-central-1",
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: 3_000,
        requestTimeout: 10_000,
        socketTimeout: 10_000,
        throwOnRequestTimeout: true,
      },
    });
  });
});
