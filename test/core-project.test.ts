import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";

describe("a core test", () => {
  it.each<[string, () => unknown]>([
    ["listen", () => createServer().listen(0)],
    ["connect", () => connect(9, "127.0.0.1")],
    ["bind", () => createSocket("udp4").bind(0)],
    ["send", () => createSocket("udp4").send("text", 9, "127.0.0.1")],
    ["spawn", () => spawn(process.execPath)],
  ])("can't %s, and is told where it belongs", (name, open) => {
    expect(open).toThrow(`a core test calls ${name}(): name its file under "servers" in vitest.config.ts`);
  });
});
