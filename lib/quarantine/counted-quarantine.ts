import type { Quarantine } from "./quarantine.ts";

export interface QuarantineCounts {
  readonly kept: number;
  readonly failed: number;
}

/** The same quarantine, counting. */
export function countedQuarantine(quarantine: Quarantine): Quarantine & { counts(): QuarantineCounts } {
  const counts = { kept: 0, failed: 0 };
  return {
    async keep(suspect) {
      const kept = await quarantine.keep(suspect);
      counts[kept.ok ? "kept" : "failed"]++;
      return kept;
    },
    close: () => quarantine.close(),
    counts: () => ({ ...counts }),
  };
}
