/** Prints one line a check and counts them. */
export interface Checks {
  passed(what: string): void;
  failed(what: string, why: string): void;
  skipped(what: string, why: string): void;
  /** Passes when `differences` is empty; shows the first few of them otherwise. */
  same(what: string, differences: readonly string[]): void;
  /** Prints the last line; true if nothing failed. */
  finish(): boolean;
}

const SHOWN = 5;

export function startChecks(): Checks {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const checks: Checks = {
    passed(what) {
      counts.passed++;
      console.log(`ok       ${what}`);
    },
    failed(what, why) {
      counts.failed++;
      console.log(`FAILED   ${what}: ${why}`);
    },
    skipped(what, why) {
      counts.skipped++;
      console.log(`skipped  ${what}: ${why}`);
    },
    same(what, differences) {
      if (differences.length === 0) checks.passed(what);
      else checks.failed(what, [`${differences.length} differ`, ...differences.slice(0, SHOWN)].join("\n           "));
    },
    finish() {
      console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
      return counts.failed === 0;
    },
  };
  return checks;
}
