/**
 * Usage of delta meters by project, resource and day, over the last 31 days.
 *
 * Deltas alone may be added up: a gauge is a level, and a cumulative counter has to be differenced first. A log holds
 * a sample at least once, so of equal identities one row counts. Volumes are added as exact decimals; one that does
 * not fit stops the query, which is better than a wrong bill.
 */
export function deltaUsageQuery(table: string): string {
  return `WITH copies AS (
  SELECT project_id, resource_id, counter_name, counter_unit, counter_volume, substr("time", 1, 10) AS day,
    row_number() OVER (PARTITION BY counter_name, resource_id, "time", message_id ORDER BY message_signature) AS copy
  FROM ${table}
  WHERE counter_type = 'delta'
    AND dt >= date_format(date_add('day', -31, current_date), '%Y-%m-%d')
)
SELECT project_id, resource_id, counter_name, counter_unit, day,
  sum(CAST(counter_volume AS DECIMAL(38, 9))) AS usage, count(*) AS samples
FROM copies
WHERE copy = 1
GROUP BY project_id, resource_id, counter_name, counter_unit, day
ORDER BY project_id, resource_id, counter_name, counter_unit, day`;
}
