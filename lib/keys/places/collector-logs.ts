import { type CloudWatchLogsClient, DescribeLogGroupsCommand, type LogGroup } from "@aws-sdk/client-cloudwatch-logs";

const DAY_MS = 86_400_000;

/** How the names begin that CloudFormation makes for the logs of the function and of the tasks, behind the stage's. */
const beginnings = ["-QueueCollectorLog", "-udp-UdpCollectorLog"];

/** More than a stage has, each time that its stack was made anew and its log kept by somebody. */
const MAX_PAGES = 3;
/** One query of Logs Insights reads 50 groups. */
const MOST_GROUPS = 25;

/** A log group to which a stage's collectors write. */
export interface CollectorLog {
  readonly name: string;
  /** What is older it has no longer, or never had. Milliseconds since 1970. */
  readonly since: number;
  /** Nobody has written to it, or all that he wrote was deleted since. */
  readonly isEmpty: boolean;
}

/**
 * The log groups of a stage, and no other stage's: nobody may have the right to read those.
 *
 * @param now milliseconds since 1970
 */
export async function collectorLogs(
  client: CloudWatchLogsClient,
  stage: string,
  now: number,
): Promise<readonly CollectorLog[] | { readonly problem: string }> {
  const logs: CollectorLog[] = [];
  for (const beginning of beginnings) {
    const prefix = `Countersign-${stage}${beginning}`;
    const groups = await groupsOf(client, prefix);
    if ("problem" in groups) return groups;
    logs.push(...groups.map((group) => logOf(group, now)));
  }
  if (logs.length > 0) return logs;
  return { problem: `no log group in this region begins with Countersign-${stage}${beginnings[0]}: is it that stage?` };
}

async function groupsOf(
  client: CloudWatchLogsClient,
  prefix: string,
): Promise<readonly LogGroup[] | { readonly problem: string }> {
  const groups: LogGroup[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix, nextToken }));
    // What is left out would be a log that nobody looks into.
    if (answer.logGroups === undefined)
      return { problem: `CloudWatch Logs does not say which logs begin with ${prefix}` };
    groups.push(...answer.logGroups);
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  if (nextToken === undefined && groups.length <= MOST_GROUPS) return groups;
  return { problem: `more log groups than can be read begin with ${prefix}` };
}

function logOf({ logGroupName, creationTime = 0, retentionInDays, storedBytes }: LogGroup, now: number): CollectorLog {
  const kept = retentionInDays === undefined ? 0 : now - retentionInDays * DAY_MS;
  return { name: logGroupName ?? "", since: Math.max(creationTime, kept), isEmpty: storedBytes === 0 };
}
