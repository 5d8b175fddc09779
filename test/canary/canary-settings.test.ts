import { expect, it } from "vitest";
import { canaryFromEnvironment, toCanaryEnvironment } from "../../lib/canary/canary-settings.ts";

const settings = {
  storage: "dynamodb://samples",
  secretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd",
  dialects: ["kilo", "py3"],
  stage: "prod",
  legacyListeners: [],
  to: ["udp://publishers.example.org:4952", "tcp://[::1]:4953", "https://sqs.eu-west-1.amazonaws.com/1/metering"],
  withinSeconds: 65,
} as const;

it("the canary reads what it was told", () => {
  expect(canaryFromEnvironment(toCanaryEnvironment(settings))).toEqual({
    ok: true,
    settings: expect.objectContaining({
      ...settings,
      to: ["udp", "tcp", "queue"].map((listener, index) => ({ listener, url: settings.to[index] })),
    }),
  });
});

it("the canary refuses what it can't use, all at once", () => {
  expect(canaryFromEnvironment({ COUNTERSIGN_CANARY_TO: "ftp://x", COUNTERSIGN_CANARY_SECONDS: "0" })).toEqual({
    ok: false,
    problems: [
      "COUNTERSIGN_STORAGE is missing: give a storage URL such as dynamodb://samples",
      `COUNTERSIGN_CANARY_TO: expected udp://HOST:PORT, tcp://HOST:PORT or a queue's URL, got "ftp://x"`,
      'COUNTERSIGN_CANARY_SECONDS: expected seconds from 1 to 9999, got "0"',
    ],
  });
  expect(canaryFromEnvironment({ ...toCanaryEnvironment(settings), COUNTERSIGN_CANARY_TO: "" })).toEqual({
    ok: false,
    problems: ["COUNTERSIGN_CANARY_TO is missing: say where to send"],
  });
});
