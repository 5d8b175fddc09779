import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";

/** Parts of the names that CloudFormation makes for the logs of the function and of the tasks. */
const logIds = ["-QueueCollectorLog", "-UdpCollectorLog"];

/** One query of Logs Insights reads no more groups. */
const MOST_GROUPS = 50;
const MAX_PAGES = 20;

/** The names of the log groups to which a stage's collectors write. */
export async function collectorLogs(
  client: CloudWatchLogsClient,
  stage: string,
): Promise<{ readonly names: readonly string[] } | { readonly problem: string }> {
  const names: string[] = [];
  const logGroupNamePrefix = `Countersign-${stage}-`;
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix, nextToken }));
    for (const { logGroupName = "" } of answer.logGroups ?? []) {
      if (logIds.some((id) => logGroupName.includes(id))) names.push(logGroupName);
    }
    nextToken = answer.nextToken;
    if (nextToken === undefined) break;
  }
  if (nextToken !== undefined || names.length > MOST_GROUPS) {
    return { problem: `more log groups than can be read begin with ${logGroupNamePrefix}` };
  }
  return names.length > 0
    ? { names }
    : {
        problem: `there is no log of a collector in this region that begins with ${logGroupNamePrefix}: is it that stage?`,
      };
}
