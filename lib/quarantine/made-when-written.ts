import type { EntryStore } from "./entry-store.ts";

/**
 * A store whose place is made before the first entry is written to it. What can't be made then fails with that entry, and
 * is tried again with the next one.
 */
export function madeWhenWritten(store: EntryStore, make: () => Promise<void>): EntryStore {
  let made: Promise<void> | undefined;
  const makeOnce = async (): Promise<void> => {
    made ??= make();
    try {
      await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
  return {
    ...store,
    async write(name, text, room) {
      await makeOnce();
      await store.write(name, text, room);
    },
  };
}
