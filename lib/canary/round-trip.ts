import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { backoff } from "../flow/backoff.ts";
import { within } from "../flow/within.ts";
import type { Keyring } from "../keys/keyring.ts";
import { errorMessage } from "../log/error-message.ts";
import { CANARY_METER, canaryResource } from "../sample/canary.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import { ownSample } from "../sample/own-sample.ts";
import type { Dialect } from "../sample/sample.ts";
import { signedMessage } from "../signature/signed-message.ts";
import type { StorageDriver } from "../storage/driver.ts";
import { canaryKey } from "./canary-key.ts";
import type { Destination } from "./canary-settings.ts";
import { sendOnce } from "./send-once.ts";

export interface RoundTripOptions {
  readonly storage: Pick<StorageDriver, "samples">;
  readonly keys: Pick<Keyring, "legacy" | "v2">;
  /** The first is signed by. */
  readonly dialects: readonly Dialect[];
  readonly legacyListeners: readonly ListenerName[];
  /** How long a sample may take from its sender to where it is read back. */
  readonly withinMs: number;
}

export type RoundTrip =
  | { readonly ok: true; readonly milliseconds: number }
  | { readonly ok: false; readonly problem: string };

/** Between two looks into storage: soon at first, as most samples are there within a second or two. */
const pauseAfter = backoff({ firstMs: 200, mostMs: 2_000 });

/** Sends one signed sample, and looks for it in storage until it is there or its time is over. Never rejects. */
export async function roundTrip(to: Destination, options: RoundTripOptions): Promise<RoundTrip> {
  const { keys, dialects, legacyListeners, withinMs } = options;
  const [sentAt, start] = [Date.now(), performance.now()];
  const { listener } = to;
  const [dialect] = dialects;
  const key = canaryKey(keys, listener, legacyListeners, sentAt + withinMs);
  if (key === undefined || dialect === undefined) {
    return lost(`no key is accepted by the listener ${listener} from everybody: add one with the id canary`);
  }
  const id = randomUUID();
  const [meter, resource] = [CANARY_METER, canaryResource(listener)];
  const sample = ownSample({ meter, resource, volume: 1n, messageId: id, now: sentAt });
  try {
    await sendOnce(to, signedMessage(sample, listener, key, { dialect, sentAt }));
  } catch (error) {
    return lost(`it could not be sent: ${errorMessage(error)}`);
  }
  let unread: unknown;
  for (let looks = 1; ; looks++) {
    const left = start + withinMs - performance.now();
    if (left <= 0) break;
    let isThere = false;
    try {
      await within(
        left,
        isStored(options.storage, listener, id, sentAt).then((found) => {
          isThere = found;
          unread = undefined;
        }),
      );
    } catch (error) {
      unread = error;
    }
    if (isThere) return { ok: true, milliseconds: Math.round(performance.now() - start) };
    await pause(Math.min(pauseAfter(looks), Math.max(0, start + withinMs - performance.now())));
  }
  const why = unread === undefined ? "" : `; storage can't be read: ${errorMessage(unread)}`;
  return lost(`it was sent, and was not in storage after ${withinMs / 1_000} s${why}`);
}

async function isStored(
  storage: RoundTripOptions["storage"],
  listener: ListenerName,
  id: string,
  sentAt: number,
): Promise<boolean> {
  const from = new Date(sentAt).toISOString().replace("Z", "000Z");
  for await (const sample of storage.samples({ meter: CANARY_METER, resource: canaryResource(listener), from })) {
    if (sample.message_id === id) return true;
  }
  return false;
}

function lost(problem: string): RoundTrip {
  return { ok: false, problem };
}
