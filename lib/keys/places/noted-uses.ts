import type { Logger } from "../../log/logger.ts";
import type { KeySource } from "../keyring.ts";
import { NOTE_EVERY_MS, noteLastUsed } from "./last-used-file.ts";

export interface NoteOptions {
  readonly keyFile: string;
  readonly logger: Logger;
  readonly everyMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The same keys; when each was last used is noted beside their file, once a minute and at the end. */
export function withNotedUses<Source extends KeySource>(keys: Source, options: NoteOptions): Source {
  const { keyFile, logger, everyMs = NOTE_EVERY_MS, now = Date.now } = options;
  const since = now();
  const counted = new Map<string, number>();
  const pending = new Map<string, number>();
  let noting: Promise<void> | undefined;
  let hasFailed = false;

  async function note(): Promise<void> {
    for (const [keyId, count] of keys.uses()) {
      if (count !== counted.get(keyId)) pending.set(keyId, now());
      counted.set(keyId, count);
    }
    try {
      await noteLastUsed(keyFile, pending, since, now());
      pending.clear();
      hasFailed = false;
    } catch (error) {
      // Metering goes on without; who retires a key later is told that nothing is known.
      if (!hasFailed) logger.warn("the last use of keys can't be noted", { cause: error });
      hasFailed = true;
    }
  }

  const noteAfter = (earlier: Promise<void> | undefined) => {
    const one = (earlier ?? Promise.resolve()).then(note).finally(() => {
      if (noting === one) noting = undefined;
    });
    noting = one;
    return one;
  };
  const timer = setInterval(() => void (noting ?? noteAfter(undefined)), everyMs).unref();
  let closed: Promise<void> | undefined;
  return {
    ...keys,
    close() {
      clearInterval(timer);
      closed ??= Promise.all([noteAfter(noting), keys.close()]).then(() => undefined);
      return closed;
    },
  };
}
