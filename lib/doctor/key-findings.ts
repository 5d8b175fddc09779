import { mayBeShown } from "../keys/key-id.ts";
import type { KeyEntry } from "../keys/key-set.ts";
import { toKeys } from "../keys/make-keys.ts";
import type { Finding } from "./finding/finding.ts";
import { OLD_KEY_DAYS } from "./finding/limits.ts";

const DAY_MS = 86_400_000;

/**
 * What is wrong with keys, by themselves: whether anybody can sign with one, and how old they are.
 *
 * @param allowsDefault whether the collector accepts Ceilometer's well-known default secrets
 * @param now milliseconds since 1970
 */
export function keyFindings(entries: readonly KeyEntry[], allowsDefault: boolean, now: number): readonly Finding[] {
  const used = entries.filter(({ retiredAt = Number.POSITIVE_INFINITY }) => retiredAt > now);
  if (entries.length === 0 && allowsDefault)
    return [weak("Ceilometer's well-known default secrets are accepted, with which anybody can sign")];
  const made = toKeys(used, false);
  return [...(made.ok ? [] : [weak(made.problem)]), ...used.flatMap((entry) => ageFindings(entry, now))];
}

function weak(says: string): Finding {
  return {
    severity: "fault",
    check: "key",
    about: "the publishers' secret",
    says,
    todo: "set telemetry_secret on the publishers to a random text, and give the collector the same: docs/keys.md",
  };
}

function ageFindings({ id, addedAt }: KeyEntry, now: number): readonly Finding[] {
  const days = addedAt === undefined ? 0 : Math.floor((now - addedAt) / DAY_MS);
  return days < OLD_KEY_DAYS ? [] : [oldKey(mayBeShown(id) ? id : `a key with an id of ${id.length} characters`, days)];
}

export function oldKey(about: string, days: number): Finding {
  return {
    severity: "risk",
    check: "key",
    about,
    says: `it has not been changed for ${days} days`,
    todo: "rotate it, which rejects no good sample: docs/keys.md",
  };
}
