import type { MeteringRecord } from "../sample/sample.ts";
import type { StorageDriver, Stored } from "./driver.ts";

/**
 * Several storages as one. A record counts as recorded when all have it; it is read from the first. What one of
 * them can never store is stored in none, so that they go on holding the same.
 */
export function openFanOut(drivers: readonly [StorageDriver, ...StorageDriver[]]): StorageDriver {
  function unstorable(record: MeteringRecord): string | undefined {
    for (const driver of drivers) {
      const detail = driver.unstorable(record);
      if (detail !== undefined) return `${driver.name}: ${detail}`;
    }
    return undefined;
  }

  async function record(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
    const refusals = records.map(unstorable);
    const storable = records.filter((_, index) => refusals[index] === undefined);
    const answers = await Promise.all(drivers.map((driver) => driver.record(storable)));
    let next = 0;
    return refusals.map((detail) => {
      if (detail !== undefined) return { kind: "unstorable", detail };
      const index = next++;
      return joined(answers.map((answer) => answer[index]));
    });
  }

  /** Does it to all, also when it fails with one of them. */
  async function ofAll(work: (driver: StorageDriver) => Promise<void> | undefined): Promise<void> {
    const done = await Promise.allSettled(drivers.map(work));
    for (const one of done) if (one.status === "rejected") throw one.reason;
  }

  return {
    name: drivers.map((driver) => driver.name).join("+"),
    // It is read from the first alone.
    writeOnly: drivers[0].writeOnly,
    unstorable,
    record,
    samples: (filter) => drivers[0].samples(filter),
    conflicts: (filter) => drivers[0].conflicts(filter),
    settle: async (settlement) => joined(await Promise.all(drivers.map((driver) => driver.settle(settlement)))),
    events: (filter) => drivers[0].events(filter),
    reopen: () => ofAll((driver) => driver.reopen?.()),
    close: () => ofAll((driver) => driver.close()),
  };
}

const UNANSWERED: Stored = { kind: "failed", cause: new Error("a storage gave fewer answers than it got records") };

/** A failure comes first: tried again, the record may still reach the storage that could not take it now. */
function joined(answers: readonly (Stored | undefined)[]): Stored {
  const whole = answers.map((answer) => answer ?? UNANSWERED);
  return (
    whole.find(({ kind }) => kind === "failed") ??
    whole.find(({ kind }) => kind === "unstorable") ?? { kind: "recorded" }
  );
}
