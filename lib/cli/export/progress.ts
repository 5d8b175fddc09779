import type { StorageDriver, StoredSample } from "../../storage/driver.ts";
import type { Io } from "../command/io.ts";

const REPAINT_MS = 100;

/** How far an export is, at the bottom of a terminal. Nobody knows the end of it before it is read. */
export interface ExportProgress {
  /** The same storage, whose samples are counted while they are read. */
  counting(storage: StorageDriver): Pick<StorageDriver, "samples">;
  wrote(): void;
  /** Leaves the terminal as it was, however it ended. */
  clear(): void;
}

export function createExportProgress(io: Io, now: () => number = () => performance.now()): ExportProgress {
  let [read, written, last] = [0, 0, now()];
  function show(): void {
    const time = now();
    // Where the rows go to the same terminal, they show it themselves.
    if (!io.isTerminal || io.width !== undefined || time - last < REPAINT_MS) return;
    last = time;
    io.progress(`${read} samples read, ${written} rows written`);
  }
  async function* counted(samples: AsyncIterable<StoredSample>): AsyncGenerator<StoredSample> {
    for await (const sample of samples) {
      read++;
      show();
      yield sample;
    }
  }
  return {
    counting: (storage) => ({ samples: (filter) => counted(storage.samples(filter)) }),
    wrote() {
      written++;
      show();
    },
    clear: () => io.progress(""),
  };
}
