import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { bounded } from "../../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../../aws/client-options.ts";

/** The clients for a look at a stage: region, credentials and endpoints come from where the SDK looks. */
export interface StageClients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  /** What time AWS had at its last answer, in milliseconds since 1970, and what time we had. */
  clock(): { readonly theirs: number; readonly ours: number } | undefined;
  close(): void;
}

/** @param now milliseconds since 1970 */
export function openStageClients(now: () => number, limits: CallLimits = callLimits.figures): StageClients {
  const cloudFormation = bounded(new CloudFormationClient(limitOptions(limits)), limits);
  const cloudWatch = bounded(new CloudWatchClient(limitOptions(limits)), limits);
  let clock: ReturnType<StageClients["clock"]>;
  cloudFormation.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      const theirs = Date.parse(dateOf(answer.response) ?? "");
      if (!Number.isNaN(theirs)) clock = { theirs, ours: now() };
      return answer;
    },
    { step: "deserialize", priority: "low" },
  );
  return {
    cloudFormation,
    cloudWatch,
    clock: () => clock,
    close() {
      cloudFormation.destroy();
      cloudWatch.destroy();
    },
  };
}

/** The SDK itself knows a clock that is off by minutes alone, and corrects it without a word. */
function dateOf(response: unknown): string | undefined {
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("date" in headers)) return undefined;
  return typeof headers.date === "string" ? headers.date : undefined;
}
