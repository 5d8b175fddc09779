/** The columns in which rows of the log agree that are the same sample (lib/sample/identity.ts). */
export const identityColumns = 'counter_name, resource_id, "time", message_id';

/** Rows whose day is so many days back, or fewer. */
export function lastDays(days: number): string {
  return `dt >= date_format(date_add('day', -${days}, current_date), '%Y-%m-%d')`;
}

/**
 * Two subqueries for a `WITH`: `decisions`, the settlement that rules for an identity, and `judged`, every row beside
 * what a settlement says of it.
 *
 * A settlement names what its right content bills, because SQL can't digest a sample; it holds where that is in the log,
 * which is `settled`. So it is in the storage drivers (lib/storage/rows/standing.ts).
 */
export function judgedRows(samples: string, settlements: string, days: number): string {
  return `decisions AS (
  SELECT *, row_number() OVER (PARTITION BY ${identityColumns} ORDER BY settled_at DESC, content DESC) AS turn
  FROM ${settlements}
  WHERE ${lastDays(days)}
), compared AS (
  SELECT s.*, coalesce(
      s.project_id IS NOT DISTINCT FROM d.project_id
        AND s.user_id IS NOT DISTINCT FROM d.user_id
        AND s.counter_type = d.counter_type
        AND s.counter_unit = d.counter_unit
        AND coalesce(${exact("s.counter_volume")} = ${exact("d.counter_volume")}, s.counter_volume = d.counter_volume),
      false) AS is_right
  FROM ${samples} s
  LEFT JOIN decisions d
    ON d.turn = 1 AND d.counter_name = s.counter_name AND d.resource_id = s.resource_id
      AND d."time" = s."time" AND d.message_id = s.message_id
  WHERE s.${lastDays(days)}
), judged AS (
  SELECT *, bool_or(is_right) OVER (PARTITION BY ${identityColumns}) AS settled
  FROM compared
)`;
}

/** A volume as an exact decimal, so that `1` and `1.0` are the same; NULL where it does not fit. */
export function exact(volume: string): string {
  return `TRY_CAST(${volume} AS DECIMAL(38, 18))`;
}
