import { expect } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { main } from "../../lib/cli/main.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { captureIo } from "./captured-io.ts";

/** Stores what a command is to read back. */
export async function record(storage: string, records: readonly MeteringRecord[]): Promise<void> {
  const opened = await openStorage(storage, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  for (const stored of await opened.driver.record(records)) expect(stored).toEqual({ kind: "recorded" });
  await opened.driver.close();
}

/** Runs a command that reads back, as a person would call it. */
export async function run(command: readonly string[], storage: string, ...args: readonly string[]) {
  const io = captureIo();
  const code = await main([...command, "--storage", storage, ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}
