import { userInfo } from "node:os";
import { printable } from "../../log/printable.ts";
import { contentDigest } from "../../sample/content.ts";
import type { Conflict, SampleFilter, StorageDriver, StoredSample } from "../../storage/driver.ts";
import { settlementFor, toSettlementLine } from "../../storage/settlement.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { reading, readingOptions, sampleFilterOptions } from "../read/reading-options.ts";
import { isIdPrefix, shortId } from "./conflict-id.ts";
import { findConflict } from "./find-conflict.ts";

/** The most characters of a reason: for a person who asks a year later, not for the evidence itself. */
const LONGEST_REASON = 1_000;

export async function settleConflict(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...readingOptions,
      ...sampleFilterOptions,
      content: { type: "string" },
      reason: { type: "string" },
      by: { type: "string" },
    },
  });
  const [id, ...others] = positionals;
  const { content, reason, by = systemUser() } = values;
  if (id === undefined || others.length > 0)
    return usageError(io, "give one ID to settle, as countersign conflicts ls prints it");
  if (content === undefined || !isIdPrefix(content))
    return usageError(io, "--content: give the digest of the content that is right, four digits of it at least");
  if (reason === undefined || reason.trim() === "" || reason.length > LONGEST_REASON)
    return usageError(io, `--reason: say why that content is right, in 1 to ${LONGEST_REASON} characters`);
  if (by === undefined || by === "") return usageError(io, "--by: say who settles it");
  let settled = false;
  // Opened as for reading: where there is nothing to settle, nothing is to be created either.
  const code = await reading(values, io, async (storage, filter) => {
    settled = await settle(storage, filter, { id, content, reason, by }, io);
  });
  return code === EXIT_OK && !settled ? EXIT_FAILED : code;
}

interface Decision {
  readonly id: string;
  /** The beginning of its digest. */
  readonly content: string;
  readonly reason: string;
  readonly by: string;
}

async function settle(storage: StorageDriver, filter: SampleFilter, decision: Decision, io: Io): Promise<boolean> {
  const found = await findConflict(storage, filter, decision.id);
  const right = "problem" in found ? found : contentIn(found.conflict, decision.content);
  if ("problem" in right) {
    io.err(`countersign: ${right.problem}`);
    return false;
  }
  const { reason, by } = decision;
  const settlement = settlementFor(right, { reason, by, at: now() });
  const stored = await storage.settle(settlement);
  if (stored.kind !== "recorded") {
    const cause = stored.kind === "failed" ? String(stored.cause) : stored.detail;
    io.err(`countersign: not settled: ${printable(cause)}`);
    return false;
  }
  io.out(toSettlementLine(settlement));
  io.err(`${shortId(settlement.content)} counts alone from now on; all contents stay, and it can be settled again`);
  return true;
}

function contentIn({ samples }: Conflict, digest: string): StoredSample | { readonly problem: string } {
  const [right, ...others] = samples.filter((sample) => contentDigest(sample).startsWith(digest));
  if (right !== undefined && others.length === 0) return right;
  return {
    problem: `${right === undefined ? "no content" : "more than one content"} of this conflict has a digest that begins with ${digest}`,
  };
}

/** With six digits of a second, as samples have their times. */
function now(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

/** A container's user may have no name. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
