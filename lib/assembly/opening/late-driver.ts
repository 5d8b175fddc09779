import type { StorageDriver, Stored } from "../../storage/driver.ts";

/** What stands behind a driver that may not be open. */
interface Behind {
  /** Undefined while it is not open. */
  opened(): StorageDriver | undefined;
  /** Why it is not. */
  cause(): Error;
  close(): Promise<void>;
}

/** The driver of a storage that opens later: until then what it is given has failed, and may be tried again, and nothing can be read. */
export function lateDriver(name: string, { opened, cause, close }: Behind): StorageDriver {
  const expectOpened = (): StorageDriver => {
    const driver = opened();
    if (driver === undefined) throw cause();
    return driver;
  };
  const failed = (): Stored => ({ kind: "failed", cause: cause() });
  return {
    name,
    unstorable: (record) => opened()?.unstorable(record),
    record: async (records) => opened()?.record(records) ?? records.map(failed),
    async *samples(filter) {
      yield* expectOpened().samples(filter);
    },
    async *conflicts(filter) {
      yield* expectOpened().conflicts(filter);
    },
    settle: async (settlement) => opened()?.settle(settlement) ?? failed(),
    async *events(filter) {
      yield* expectOpened().events(filter);
    },
    async reopen() {
      await opened()?.reopen?.();
    },
    close,
  };
}
