import { createHash } from "node:crypto";
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { expectListing } from "../../aws/expect-listing.ts";
import { mapInParallel } from "../../flow/in-parallel.ts";
import type { Stored } from "../driver.ts";
import { fromSettlementLine, type SettledIdentity, type Settlement, toSettlementLine } from "../settlement.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { wholeObject } from "./keys.ts";
import { putOnce, type S3Place } from "./write.ts";

/** Settlements are as few as the decisions that people made. */
const PARALLEL_GETS = 8;

/** The settlements of one day's samples, where Athena and a reader of that day look for them. */
export function settlementFolder(prefix: string, { time }: SettledIdentity): string {
  return `${prefix}settlements/dt=${time.slice(0, 10)}/`;
}

/** An object each, named after the digest of its content: none is ever replaced. */
export async function writeSettlement(place: S3Place, settlement: Settlement): Promise<Stored> {
  const content = `${toSettlementLine(settlement)}\n`;
  const name = createHash("sha256").update(content).digest("hex");
  try {
    await putOnce(place, `${settlementFolder(place.prefix, settlement.identity)}${name}.json`, content);
    return { kind: "recorded" };
  } catch (cause) {
    return { kind: "failed", cause };
  }
}

export async function readSettlements(
  { client, bucket: Bucket }: S3Place,
  folder: string,
  onUnreadable: OnUnreadable | undefined,
): Promise<readonly Settlement[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: folder })) {
    expectListing(page);
    for (const { Key: key } of page.Contents ?? []) if (key !== undefined) keys.push(key);
  }
  const found = await mapInParallel(keys, PARALLEL_GETS, async (Key) => {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key }));
    const read = fromSettlementLine(((await answer.Body?.transformToString()) ?? "").trimEnd());
    if (!read.ok) onUnreadable?.(Key, read.detail, wholeObject(Bucket, Key));
    return read.ok ? [read.value] : [];
  });
  return found.flat();
}
