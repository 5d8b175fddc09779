import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";

/** How the names begin that CloudFormation makes for the logs of the function and of the tasks, behind the stage's. */
const beginnings = ["-QueueCollectorLog", "-udp-UdpCollectorLog"];

/** More than a stage has, each time that its stack was made anew and its log kept by somebody. */
const MAX_PAGES = 3;
/** One query of Logs Insights reads no more groups. */
const MOST_GROUPS = 50;

export interface CollectorLogs {
  readonly names: readonly string[];
  /** When the newest of them was made, in milliseconds since 1970: what was in an earlier one is gone. */
  readonly completeSince: number;
}

/** The log groups to which a stage's collectors write. No other stage's: nobody may have the right to read those. */
export async function collectorLogs(
  client: CloudWatchLogsClient,
  stage: string,
): Promise<CollectorLogs | { readonly problem: string }> {
  const names: string[] = [];
  let completeSince = 0;
  for (const beginning of beginnings) {
    const logGroupNamePrefix = `Countersign-${stage}${beginning}`;
    let nextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix, nextToken }));
      for (const { logGroupName, creationTime = 0 } of answer.logGroups ?? []) {
        if (logGroupName === undefined) continue;
        names.push(logGroupName);
        completeSince = Math.max(completeSince, creationTime);
      }
      nextToken = answer.nextToken;
      if (nextToken === undefined) break;
    }
    if (nextToken !== undefined || names.length > MOST_GROUPS) {
      return { problem: `more log groups than can be read begin with ${logGroupNamePrefix}` };
    }
  }
  if (names.length > 0) return { names, completeSince };
  return { problem: `no log group in this region begins with Countersign-${stage}${beginnings[0]}: is it that stage?` };
}
