import { describe, expect, it } from "vitest";
import { tcpLimitsOf } from "../../../lib/assembly/socket-settings.ts";
import { tcpFrom } from "../../../lib/cli/command/tcp-options.ts";

describe("the options for TCP", () => {
  it("are limits of each listener, with defaults", () => {
    const given = { "tcp-connections": "5000", "tcp-connections-per-address": "900", "tcp-buffer": "128" };
    const limits = [{}, given]
      .map(tcpFrom)
      .map((settings) => ("problem" in settings ? settings : tcpLimitsOf(settings)));
    expect(limits).toEqual([
      { maxConnections: 1_000, maxConnectionsPerAddress: 250, maxBufferedBytes: 67_108_864 },
      { maxConnections: 5_000, maxConnectionsPerAddress: 900, maxBufferedBytes: 134_217_728 },
    ]);
  });

  it.each([
    ["tcp-connections", "0", "from 1 to 100000"],
    ["tcp-connections-per-address", "-1", "from 1 to 100000"],
    ["tcp-buffer", "64M", "from 1 to 2048"],
  ] as const)("refuse --%s %s with words", (name, text, range) => {
    expect(tcpFrom({ [name]: text })).toEqual({ problem: `--${name}: expected a number ${range}, got "${text}"` });
  });
});
