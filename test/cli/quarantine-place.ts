import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { entryId } from "../../lib/quarantine/entry-id.ts";
import { openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import type { Value } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { aDatagram, aQueueMessage } from "../quarantine/suspects.ts";
import { captureIo } from "../support/captured-io.ts";
import { key } from "../support/fixtures.ts";
import { plainSample } from "../support/messages.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

export const SECRET = "what the publishers of this test sign with";

/** Where one test keeps what is rejected, and what is recorded after all: a folder of its own. */
export const place = { root: "", folder: "", quarantine: "", storage: "" };

/** Makes the folder before each test of a file, and removes it after. */
export function useQuarantinePlace(): void {
  let temporary: TemporaryFolder;
  beforeEach(async () => {
    temporary = await temporaryFolder();
    place.root = temporary.path;
    place.folder = join(place.root, "quarantine");
    place.quarantine = pathToFileURL(place.folder).href;
    place.storage = pathToFileURL(join(place.root, "samples.jsonl")).href;
  });
  afterEach(() => temporary.remove());
}

export async function run(...args: readonly string[]) {
  const io = captureIo();
  const code = await main(["quarantine", ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}

/** Puts messages into quarantine. @returns their ids */
export async function keep(...suspects: readonly Suspect[]): Promise<readonly string[]> {
  const opening = await openQuarantine(place.quarantine);
  if (!opening.ok) throw new Error(opening.problem);
  for (const suspect of suspects) expect(await opening.quarantine.keep(suspect)).toEqual({ ok: true });
  await opening.quarantine.close();
  return suspects.map(({ arrived }) => entryId(arrived));
}

/** The ids that are still there. */
export async function remaining(): Promise<readonly string[]> {
  return (await readdir(place.folder)).map((name) => name.slice(0, 64));
}

/** The message ids of what was recorded, each as often as it stands in the storage. */
export async function recorded(): Promise<readonly string[]> {
  const log = await readFile(join(place.root, "samples.jsonl"), "utf8").catch(() => "");
  return Array.from(log.matchAll(/"message_id":"([^"]*)"/g), ([, id]) => id ?? "").sort();
}

export function sample(message_id: string, secret = SECRET): ReadonlyMap<string, Value> {
  const message = new Map<string, Value>(Object.entries({ ...plainSample, message_id }));
  return message.set("message_signature", sign(message, key(secret), "py3") ?? "");
}

export function datagram(message_id: string, secret = SECRET): Suspect {
  return aDatagram(encodeMsgpack(sample(message_id, secret)), { rejected: [badSignature] });
}

export function queued(...messages: readonly ReadonlyMap<string, Value>[]): Suspect {
  return aQueueMessage(`[${messages.map(toExactJson).join(",")}]`, { rejected: [badSignature] });
}

export const badSignature = { reason: "bad-signature", detail: "not signed with a secret of ours" } as const;
export const short = (id: string | undefined) => id?.slice(0, 12);
