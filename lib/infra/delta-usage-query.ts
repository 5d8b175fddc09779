import { identityColumns, judgedRows } from "./resolved-samples.ts";

const DAYS = 31;

/**
 * Usage of delta meters by project, resource and day, over the last 31 days.
 *
 * Deltas alone may be added up: a gauge is a level, and a cumulative counter has to be differenced first. A log holds
 * a sample at least once, and of one identity perhaps several contents: for each project, type and unit the greatest
 * volume counts, so that no copy lowers or hides what a proved sample says; once that is settled, the right one alone.
 * Volumes are added as exact decimals; one that does not fit stops the query, which is better than a wrong bill.
 */
export function deltaUsageQuery(samples: string, settlements: string): string {
  return `WITH ${judgedRows(samples, settlements, DAYS)}, deltas AS (
  SELECT *, CAST(counter_volume AS DECIMAL(38, 9)) AS volume
  FROM judged
  WHERE counter_type = 'delta' AND (is_right OR NOT settled)
), ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY ${identityColumns}, project_id, counter_unit ORDER BY volume DESC) AS place
  FROM deltas
)
SELECT project_id, resource_id, counter_name, counter_unit, substr("time", 1, 10) AS day,
  sum(volume) AS usage, count(*) AS samples
FROM ranked
WHERE place = 1
GROUP BY project_id, resource_id, counter_name, counter_unit, substr("time", 1, 10)
ORDER BY project_id, resource_id, counter_name, counter_unit, day`;
}
