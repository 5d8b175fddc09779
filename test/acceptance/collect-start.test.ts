import { afterEach, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { captureIo } from "../support/captured-io.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";

let server: DynamoDbServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The command, with a storage that is not there yet. */
async function collecting(...more: readonly string[]) {
  const port = await freePort();
  const io = captureIo();
  const storage = `dynamodb://samples?endpoint=http://127.0.0.1:${port}`;
  const listen = ["--listen", "udp://127.0.0.1:0"];
  const running = main(["collect", ...listen, "--storage", storage, "--secret", "s3cret", ...more], io);
  return { io, running, port };
}

const waits = (errors: readonly string[]) => errors.some((line) => line.includes("can't start yet"));

describe("collect, started before its storage,", () => {
  it("waits, and is ready once storage is there", async () => {
    const { io, running, port } = await collecting();
    await eventually("it waits", () => waits(io.errors));
    expect(io.lines).toEqual([]);
    server = await startDynamoDb({ port });
    await eventually("the ready line", () => io.lines.length > 0);
    expect(JSON.parse(io.lines[0] ?? "")).toEqual({
      ready: true,
      listening: [expect.stringMatching(/^udp:\/\/127\.0\.0\.1:[0-9]+$/)],
      storage: "dynamodb",
    });
    io.stop();
    expect(await running).toBe(0);
  });

  it("ends with 1 when it is stopped before, and says what it waited for", async () => {
    const { io, running } = await collecting();
    await eventually("it waits", () => waits(io.errors));
    io.stop();
    expect(await running).toBe(1);
    expect(io.lines).toEqual([]);
    expect(io.errors.at(-1)).toMatch(/the table samples at .* can't be opened: .*; asked to stop before the start$/);
  });

  it("does not wait for what can't heal by itself", async () => {
    const { io, running } = await collecting("--quarantine", "ftp://x");
    expect(await running).toBe(2);
    expect(waits(io.errors)).toBe(false);
  });
});
