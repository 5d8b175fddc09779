import { exact, identityColumns, judgedRows, lastDays } from "./resolved-samples.ts";

/** Copies are taken as long as samples are: 35 days back (lib/sample/time-window.ts), and a day for the zones. */
const DAYS = 36;

/**
 * Identities of which the log holds several contents that bill otherwise, those that nobody has settled first. What
 * collectors count as they write is what one process remembers; this is what is there.
 */
export function conflictsQuery(samples: string, settlements: string): string {
  return `WITH ${judgedRows(samples, settlements, DAYS)}, billed AS (
  SELECT ${identityColumns}, settled, json_format(CAST(ARRAY[project_id, user_id, counter_type, counter_unit,
    coalesce(CAST(${exact("counter_volume")} AS VARCHAR), counter_volume)] AS JSON)) AS content
  FROM judged
)
SELECT ${identityColumns}, bool_or(settled) AS settled,
  array_join(array_agg(DISTINCT content), ' ') AS contents
FROM billed
GROUP BY ${identityColumns}
HAVING count(DISTINCT content) > 1
ORDER BY settled, "time" DESC, ${identityColumns}`;
}

/**
 * Signatures that two identities were met with. A signed text has no separators, so a legacy message can be cut into
 * other fields and still verify; the collector refuses the cuts that it knows, and this finds the others.
 */
export function sharedSignaturesQuery(samples: string): string {
  return `WITH signed AS (
  SELECT message_signature, json_format(CAST(ARRAY[${identityColumns}] AS JSON)) AS identity
  FROM ${samples}
  WHERE message_signature IS NOT NULL AND ${lastDays(DAYS)}
)
SELECT message_signature, array_join(array_agg(DISTINCT identity), ' ') AS identities
FROM signed
GROUP BY message_signature
HAVING count(DISTINCT identity) > 1
ORDER BY message_signature`;
}
