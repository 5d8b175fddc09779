import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder for all that a run of the tests writes, gone with it, whatever ended each test. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "countersign-tests-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
