import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { receivedBy } from "../fuzz/judges.ts";
import { key } from "../support/fixtures.ts";
import { garbageCollector, heldBytes } from "../support/garbage.ts";
import { hostileInputs } from "./hostile-inputs.ts";

// Started with the heap that is deployed; prints what is left behind, in bytes.
const judge = createJudge({
  keys: fixedKeys([{ id: "ours", scheme: "legacy", secret: key("s3cret") }]),
  dialects,
  extraFields: [],
});
const collectGarbage = garbageCollector();
let before: number | undefined;
for (const input of hostileInputs(60)) {
  const receipt = receivedBy(input.listener);
  const results = input.listener === "queue" ? judge.text(input.text, {}, receipt) : judge.bytes(input.bytes, receipt);
  if (results.some(({ ok }) => ok)) throw new Error("nobody signed this");
  // What was compiled for the first one is no garbage of the others.
  before ??= heldBytes(collectGarbage);
}
console.log(heldBytes(collectGarbage) - (before ?? 0));
