import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatV2Secret } from "../../../lib/keys/v2-secret.ts";
import { envelopeVectors } from "./envelope-vectors.ts";
import { goodKey } from "./vector.ts";
import { webhookVectors } from "./webhook-vectors.ts";

const PYTHON = "python3";
/** `bytes.removeprefix`, which the example uses, is of 3.9. */
const hasPython = spawnSync(PYTHON, ["-c", "'x'.removeprefix('x')"]).status === 0;

const protocol = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
const [, example = ""] = /### Signing, in Python 3\n.*?```python\n(.*?)```/s.exec(protocol) ?? [];

const DRIVER = `
import json, sys
made = []
for task in json.load(sys.stdin):
    key = (task["keyId"], task["secret"])
    if "unique" in task:
        made.append(attributes(*key, task["body"], task["unique"], task["sentAt"]))
    else:
        made.append(envelope(*key, bytes.fromhex(task["body"]), task["sentAt"], task["deflate"]).hex())
json.dump(made, sys.stdout)
`;

const named = { keyId: goodKey.id, secret: formatV2Secret(goodKey.secret) };

function runExample(tasks: readonly object[]): unknown {
  const input = JSON.stringify(tasks);
  const done = spawnSync(PYTHON, ["-c", example + DRIVER], { input, encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout);
}

/** Time and body of an envelope of the good key. */
function partsOf(hex: string) {
  const bytes = Buffer.from(hex, "hex");
  const sentAt = Number(bytes.readBigUInt64BE(12));
  return { sentAt, body: bytes.subarray(20, -32) };
}

describe.runIf(hasPython)("the example in docs/protocol.md", () => {
  it("makes the very envelopes of the vectors, and deflates so that the same comes out", () => {
    const names = ["one sample", "many samples", "text that is not ASCII", "no message"];
    const vectors = envelopeVectors.filter(({ name }) => names.includes(name));
    const tasks = vectors.flatMap(({ hex }) => {
      const { sentAt, body } = partsOf(hex);
      return [false, true].map((deflate) => ({ ...named, sentAt, body: body.toString("hex"), deflate }));
    });
    const made = runExample(tasks);
    if (!Array.isArray(made)) throw new Error("not a list");
    expect(made.filter((_, index) => index % 2 === 0)).toEqual(vectors.map(({ hex }) => hex));
    const inflated = made.filter((_, index) => index % 2 === 1).map((hex) => inflateRawSync(partsOf(hex).body));
    expect(inflated).toEqual(vectors.map(({ hex }) => partsOf(hex).body));
  });

  it("makes the very attributes of the vectors", () => {
    const vectors = webhookVectors.filter(({ name }) => ["one sample", "text that is not ASCII"].includes(name));
    const tasks = vectors.map(({ body, attributes }) => {
      const [, unique] = attributes["webhook-id"]?.split(":") ?? [];
      return { ...named, body, unique, sentAt: Number(attributes["webhook-timestamp"]) };
    });
    expect(runExample(tasks)).toEqual(vectors.map(({ attributes }) => attributes));
  });
});
