import { compareBilled } from "../sample/billed.ts";
import { counts, type StoredSample } from "../storage/driver.ts";
import { projectOf } from "./groups.ts";
import { canonicalUnit } from "./units.ts";

/** One identity as it is read back, in the order of the storage. */
export interface Identity {
  /** The samples of it that count: at most one per project, type and canonical unit. */
  readonly counting: readonly StoredSample[];
  /** All contents of a conflict that nobody has settled; else none. */
  readonly conflicting: readonly StoredSample[];
  /** All contents, of a settled conflict too; where there is none, the one that counts. */
  readonly contents: readonly StoredSample[];
}

const NONE: readonly StoredSample[] = [];

/** Samples by identity. Those of one conflict come beside each other; no more than they are held. */
export async function* identitiesOf(samples: AsyncIterable<StoredSample>): AsyncGenerator<Identity> {
  let copies: StoredSample[] = [];
  for await (const sample of samples) {
    const [first] = copies;
    if (first !== undefined && !isSame(first, sample)) {
      yield resolved(copies);
      copies = [];
    }
    if (sample.conflict === undefined) yield unopposed([sample]);
    else copies.push(sample);
  }
  if (copies.length > 0) yield resolved(copies);
}

function unopposed(contents: readonly StoredSample[]): Identity {
  return { counting: contents, conflicting: NONE, contents };
}

function isSame(a: StoredSample, b: StoredSample): boolean {
  return (
    a.message_id === b.message_id &&
    a.time === b.time &&
    a.counter_name === b.counter_name &&
    a.resource_id === b.resource_id
  );
}

/** Storages resolve conflicts by the unit as it was sent; two names of one unit are one here. */
function resolved(copies: readonly StoredSample[]): Identity {
  const greatest = new Map<string, StoredSample>();
  for (const sample of copies.filter(counts)) {
    const unit = canonicalUnit(sample.counter_name, sample.counter_unit);
    const key = JSON.stringify([projectOf(sample), sample.counter_type, unit]);
    const other = greatest.get(key);
    if (other === undefined || compareBilled(sample, other) > 0) greatest.set(key, sample);
  }
  const isOpen = copies.some(({ conflict }) => conflict === "counts" || conflict === "outdone");
  return { counting: Array.from(greatest.values()), conflicting: isOpen ? copies : NONE, contents: copies };
}
