import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { DEPLOYED_HEAP_MB } from "../fuzz/cost/run-cost.ts";

it("hostile messages end no process under the deployed heap, and leave less than 20 MB behind", async () => {
  const program = fileURLToPath(new URL("hostile-process.ts", import.meta.url));
  const flags = [`--max-old-space-size=${DEPLOYED_HEAP_MB}`, "--import", "tsx"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  expect(Number(stdout)).toBeLessThan(20_000_000);
}, 120_000);
