import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckSignature, openSignatureCheck } from "../../../lib/cli/explain/signature-check.ts";
import type { Sample } from "../../../lib/sample/sample.ts";
import { captureIo } from "../../support/captured-io.ts";
import { samples } from "../../support/record-arbitrary.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { v2SecretText } from "../../support/v2-keys.ts";

/** What records of the tests are signed with. */
const RIGHT = "a secret of the tests";
const WRONG = "another secret of the tests";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function opened(values: Parameters<typeof openSignatureCheck>[0]): Promise<CheckSignature> {
  const check = await openSignatureCheck(values, captureIo());
  if ("problem" in check) throw new Error(check.problem);
  return check;
}

async function keyFile(keys: object): Promise<string> {
  const file = join(folder.path, "keys.json");
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return file;
}

/** A change of what a row says, as somebody who can write to the storage would make it. */
const changes: fc.Arbitrary<(sample: Sample) => Sample> = fc.constantFrom(
  (sample) => ({ ...sample, counter_volume: sample.counter_volume === 1n ? 2n : 1n }),
  (sample) => ({ ...sample, project_id: sample.project_id === "p" ? "q" : "p" }),
  (sample) => ({ ...sample, time: "2022-09-30T12:00:00.999999Z", timestamp: "2022-09-30T12:00:00.999999" }),
  // Our own name, which nobody signed.
  (sample) => ({ ...sample, time: "2022-09-30T12:00:00.999999Z" }),
  (sample) => ({ ...sample, resource_id: `${sample.resource_id}x` }),
  (sample) => ({ ...sample, counter_unit: `${sample.counter_unit}x` }),
  (sample) => ({ ...sample, message_signature: "0".repeat(64) }),
);

describe("the signature of a stored sample", () => {
  it("verifies with its key, and with no other, nor where the row was changed", async () => {
    const [right, wrong] = [await opened({ secret: [WRONG, RIGHT] }), await opened({ secret: [WRONG] })];
    fc.assert(
      fc.property(samples(), changes, (sample, change) => {
        if (sample.dialect === "v2") {
          const proved = { state: "proved at receipt, with its envelope", key: null };
          expect([right(sample), wrong(sample)]).toEqual([proved, proved]);
          return;
        }
        expect(right(sample)).toEqual({ state: "verifies", key: "secret-2" });
        expect(wrong(sample)).toEqual({ state: "does not verify", key: null });
        expect(right(change(sample))).toEqual({ state: "does not verify", key: null });
      }),
    );
  });

  it("verifies with a key that has been retired since, or that is limited: how a row came is not stored with it", async () => {
    const limits = { from: ["10.0.0.0/8"], publishers: ["host-1"], retiredAt: "2022-10-01T00:00:00Z" };
    const keys = await keyFile({ old: { secret: RIGHT, ...limits } });
    expect((await opened({ keys }))(aSample())).toEqual({ state: "verifies", key: "old" });
  });

  it("is not checked without keys, which is another thing than one that does not verify", async () => {
    expect((await opened({}))(aSample()).state).toBe("not checked: no keys given");
    const keys = await keyFile({ new: v2SecretText(1) });
    expect((await opened({ keys }))(aSample()).state).toBe("not checked: no legacy key given");
  });

  it("is told apart from keys that can't be used", async () => {
    const nowhere = join(folder.path, "nowhere");
    expect(await openSignatureCheck({ keys: nowhere }, captureIo())).toEqual({
      problem: expect.stringContaining(nowhere),
    });
    const io = captureIo();
    await openSignatureCheck({ "allow-default-secret": true }, io);
    expect(io.errors).toEqual([expect.stringContaining("well-known default secret")]);
  });
});
