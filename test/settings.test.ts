import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listenerNames } from "../lib/sample/listener-name.ts";
import { dialects } from "../lib/sample/sample.ts";
import { fromEnvironment, type Settings, toEnvironment } from "../lib/settings.ts";

describe("settings", () => {
  it("come back from the environment that they were written to", () => {
    const settings: fc.Arbitrary<Settings> = fc.record({
      storage: fc.string({ minLength: 1 }),
      secrets: fc.array(fc.string()),
      allowDefaultSecret: fc.boolean(),
      dialects: fc.uniqueArray(fc.constantFrom(...dialects), { minLength: 1 }),
      extraFields: fc.array(fc.string()),
      secretArn: fc.option(fc.string({ minLength: 1 })),
      stage: fc.string({ minLength: 1 }),
      listen: fc.array(fc.constantFrom("udp://0.0.0.0:4952", "tcp://[::]:4953")),
      healthPort: fc.option(fc.nat(65_535)),
      healthHost: fc.oneof(fc.ipV4(), fc.ipV6()),
      tcpConnections: fc.integer({ min: 1, max: 100_000 }),
      tcpConnectionsPerAddress: fc.integer({ min: 1, max: 100_000 }),
      tcpBufferMebibytes: fc.integer({ min: 1, max: 2_048 }),
      keyFile: fc.option(fc.string({ minLength: 1 })),
      keyCacheSeconds: fc.integer({ min: 1, max: 999_999 }),
      timeWindow: fc.boolean(),
      legacyListeners: fc.uniqueArray(fc.constantFrom(...listenerNames)),
      spillQueue: fc.option(fc.string({ minLength: 1 })),
      quarantine: fc.option(fc.string({ minLength: 1 })),
    });
    fc.assert(
      fc.property(settings, (original) => {
        expect(fromEnvironment(toEnvironment(original))).toEqual({ ok: true, settings: original });
      }),
    );
  });

  it("have defaults for all but the storage", () => {
    expect(fromEnvironment({ COUNTERSIGN_STORAGE: "memory:" })).toEqual({
      ok: true,
      settings: {
        storage: "memory:",
        secrets: [],
        secretArn: null,
        allowDefaultSecret: false,
        dialects,
        extraFields: [],
        stage: "default",
        listen: [],
        healthPort: null,
        healthHost: "0.0.0.0",
        tcpConnections: 1_000,
        tcpConnectionsPerAddress: 250,
        tcpBufferMebibytes: 64,
        keyFile: null,
        keyCacheSeconds: 300,
        timeWindow: false,
        legacyListeners: ["queue", "udp", "tcp"],
        spillQueue: null,
        quarantine: null,
      },
    });
  });

  it.each(["", " ", "none"])("accept legacy signatures nowhere with the list %j", (list) => {
    const read = fromEnvironment({ COUNTERSIGN_STORAGE: "memory:", COUNTERSIGN_LEGACY_LISTENERS: list });
    expect([read.ok, read.settings.legacyListeners]).toEqual([true, []]);
  });

  it("report every problem at once, and repeat no secret", () => {
    const read = fromEnvironment({
      COUNTERSIGN_SECRETS: "hush hush",
      COUNTERSIGN_ALLOW_DEFAULT_SECRET: "yes",
      COUNTERSIGN_DIALECTS: "py3,py4",
      COUNTERSIGN_EXTRA_FIELDS: "[1]",
      COUNTERSIGN_HEALTH_PORT: "http",
      COUNTERSIGN_HEALTH_HOST: "localhost",
      COUNTERSIGN_TCP_CONNECTIONS: "100001",
      COUNTERSIGN_TCP_CONNECTIONS_PER_ADDRESS: "0",
      COUNTERSIGN_TCP_BUFFER_MIB: "1e3",
      COUNTERSIGN_LISTEN: "udp://0.0.0.0:4952,4953,tcp://0.0.0.0",
      COUNTERSIGN_KEY_CACHE_SECONDS: "0",
      COUNTERSIGN_TIME_WINDOW: "on",
      COUNTERSIGN_LEGACY_LISTENERS: "udp,http",
    });
    expect(read).toMatchObject({
      ok: false,
      problems: [
        "COUNTERSIGN_STORAGE is missing: give a storage URL such as dynamodb://samples",
        'COUNTERSIGN_SECRETS: expected a JSON list of texts such as ["one","two"]',
        'COUNTERSIGN_ALLOW_DEFAULT_SECRET: expected true or false, got "yes"',
        'COUNTERSIGN_DIALECTS: no dialect "py4": choose from py3, kilo, icehouse',
        'COUNTERSIGN_EXTRA_FIELDS: expected a JSON list of texts such as ["one","two"]',
        'COUNTERSIGN_LISTEN: "4953": write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952',
        'COUNTERSIGN_LISTEN: "tcp://0.0.0.0": the port is missing, such as tcp://0.0.0.0:4952',
        'COUNTERSIGN_HEALTH_PORT: expected a port from 0 to 65535, got "http"',
        'COUNTERSIGN_HEALTH_HOST: expected an address such as 127.0.0.1 or ::1, got "localhost"',
        'COUNTERSIGN_TCP_CONNECTIONS: expected a number from 1 to 100000, got "100001"',
        'COUNTERSIGN_TCP_CONNECTIONS_PER_ADDRESS: expected a number from 1 to 100000, got "0"',
        'COUNTERSIGN_TCP_BUFFER_MIB: expected a number from 1 to 2048, got "1e3"',
        'COUNTERSIGN_KEY_CACHE_SECONDS: expected seconds from 1 to 999999, got "0"',
        'COUNTERSIGN_TIME_WINDOW: expected true or false, got "on"',
        'COUNTERSIGN_LEGACY_LISTENERS: no listener "http": choose from queue, udp, tcp, or none',
      ],
      settings: { storage: "", secrets: [], listen: ["udp://0.0.0.0:4952", "4953", "tcp://0.0.0.0"], healthPort: null },
    });
  });
});
