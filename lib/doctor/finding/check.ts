import { within } from "../../flow/within.ts";
import { errorMessage } from "../../log/error-message.ts";
import { withoutCredentials } from "../../log/shown-url.ts";
import type { CheckName, Finding } from "./finding.ts";

/** One look at one thing, which depends on no other. */
export interface Check {
  readonly name: CheckName;
  /** The thing, for a person, without credentials: a URL, a queue, a file. */
  readonly about: string;
  /**
   * @param signal is aborted when nobody waits any longer
   * @returns what is not as it should be
   * @throws what kept it from looking
   */
  look(signal: AbortSignal): Promise<readonly Finding[]>;
}

/**
 * Makes all checks at the same time. One that fails or is late is a finding of its own, and ends no other.
 *
 * @param withinMs for each, in milliseconds
 */
export async function examine(checks: readonly Check[], withinMs: number): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => examineOne(check, withinMs)));
  return found.flat();
}

async function examineOne({ name, about, look }: Check, withinMs: number): Promise<readonly Finding[]> {
  const late = new AbortController();
  let findings: readonly Finding[] = [];
  try {
    const looking = look(late.signal).then((found) => {
      findings = found;
    });
    if (await within(withinMs, looking)) return findings;
    return [unseen(name, about, `it took more than ${withinMs / 1_000} s`)];
  } catch (error) {
    return [unseen(name, about, errorMessage(error))];
  } finally {
    late.abort();
  }
}

/** The finding that something could not be looked at. */
export function unseen(check: CheckName, about: string, why: string): Finding {
  return {
    severity: "unseen",
    check,
    about,
    says: `could not look, because ${withoutCredentials(why)}`,
    todo: "see to it that it can be looked at, and ask again: what is wrong there is not known",
  };
}
