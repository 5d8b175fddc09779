import type { RejectionReason } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Mutant } from "./mutant.ts";

interface Row {
  mutants: number;
  recorded: number;
}

/** How many mutants there were of each kind, and what became of them. */
export class Tally {
  mutants = 0;
  resigned = 0;
  resignedRecorded = 0;
  /** Genuine, but over a limit of the storage. */
  unstorable = 0;
  readonly #verdicts = new Map<string, [resigned: number, not: number]>();
  readonly #mutations = new Map<string, Row>();

  /** What was judged to be what, the genuine neighbours left out. */
  add(mutant: Mutant, genuine: readonly MeteringRecord[], rejected: readonly RejectionReason[]): void {
    const recorded = genuine.length > 0;
    const column = mutant.isResigned ? 0 : 1;
    this.mutants++;
    if (column === 0) this.resigned++;
    if (column === 0 && recorded) this.resignedRecorded++;
    for (const verdict of [...genuine.map(({ kind, dialect }) => `recorded, ${kind}, ${dialect}`), ...rejected]) {
      const counts = this.#verdicts.get(verdict) ?? [0, 0];
      counts[column]++;
      this.#verdicts.set(verdict, counts);
    }
    for (const name of [`by ${mutant.transport}, ${mutant.scheme}`, mutant.mutation]) {
      const row = this.#mutations.get(name) ?? { mutants: 0, recorded: 0 };
      row.mutants++;
      if (recorded) row.recorded++;
      this.#mutations.set(name, row);
    }
  }

  print(): void {
    console.log(line("messages judged", "signed again", "not"));
    for (const [verdict, [again, not]] of sorted(this.#verdicts)) console.log(line(verdict, again, not));
    console.log(line("\nmutation done first", " mutants", "recorded"));
    for (const [name, { mutants, recorded }] of sorted(this.#mutations)) console.log(line(name, mutants, recorded));
    console.log("");
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly [string, T][] {
  return Array.from(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function line(name: string, ...columns: readonly (string | number)[]): string {
  const figures = columns.map((column) => column.toLocaleString("en").padStart(14));
  return name.padEnd(44) + figures.join("");
}
