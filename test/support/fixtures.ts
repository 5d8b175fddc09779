import { createSecretKey, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createJudge, type Judge } from "../../lib/judge/judge.ts";
import { fixedKeys, type KeySource } from "../../lib/keys/keyring.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import { type Dialect, dialects } from "../../lib/sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { legacyKey } from "./legacy-keys.ts";

const root = new URL("../fixtures/", import.meta.url);

/** What the captures are signed with: Ceilometer's own defaults, of Kilo and later and of Icehouse. */
export const CAPTURE_SECRET = "change this for valid signing";
export const ICEHOUSE_SECRET = "change this or be hacked";

export function key(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, "utf8"));
}

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(name, root));
}

export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, root));
}

export function jsonFixture<T>(name: string): T {
  return JSON.parse(fixture(name).toString("utf8"));
}

export function datagramNames(): readonly string[] {
  return readdirSync(new URL("datagrams/", root)).filter((name) => name.endsWith(".bin"));
}

export function datagrams(): readonly Buffer[] {
  return datagramNames().map((name) => fixture(`datagrams/${name}`));
}

/** The bodies of captured queue messages by name. */
export function notificationBodies(): Readonly<Record<string, string>> {
  const names = readdirSync(new URL("notifications/", root)).filter((name) => name.endsWith(".body"));
  const bodies = names.map((name) => [name, fixture(`notifications/${name}`).toString("utf8")] as const);
  const icehouse = jsonFixture<{ body: string }>("notifications/icehouse_rpc_cast_reconstructed.json").body;
  return Object.fromEntries([...bodies, ["icehouse_rpc_cast", icehouse]]);
}

/** The keys that the captures are signed with. */
export function captureKeys(): KeySource {
  return fixedKeys([legacyKey("captures", key(CAPTURE_SECRET)), legacyKey("icehouse", key(ICEHOUSE_SECRET))]);
}

export function captureJudge(order: readonly Dialect[] = dialects): Judge {
  return createJudge({ keys: captureKeys(), dialects: order, extraFields: [] });
}

export function decodedMap(bytes: Uint8Array): ValueMap {
  const decoded = decodeMsgpack(bytes);
  if (!decoded.ok || !isValueMap(decoded.value)) throw new Error("not a msgpack map");
  return decoded.value;
}

export function envelopeValues(body: string): readonly Value[] {
  const decoded = decodeQueueBody(body);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value.messages.map(({ message }) => accepted(message));
}

/** What was decoded, where all of it has to be. */
export function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}
