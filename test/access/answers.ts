import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "../support/loopback.ts";

/** As much of CloudWatch and CloudFormation as a person's commands ask, of a stage that nothing was counted of. */
export interface Answers {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @param outputs of the stage's stacks */
export async function startAnswers(outputs: Readonly<Record<string, string>>): Promise<Answers> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const [, action = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
      response.end(figures[action] ?? stackAnswer(new URLSearchParams(body), outputs));
    });
  });
  const loopback = await onLoopback(server);
  return {
    endpoint: loopback.url,
    stop: loopback.close,
  };
}

/** CloudWatch's, and its Logs'. */
const figures: Readonly<Record<string, string>> = {
  GetMetricData: JSON.stringify({ MetricDataResults: [] }),
  DescribeAlarms: JSON.stringify({ MetricAlarms: [] }),
  DescribeLogGroups: JSON.stringify({
    logGroups: ["QueueCollectorLog0A1B-xyz", "udp-UdpCollectorLog2C3D-xyz"].map((id) => ({
      logGroupName: `Countersign-prod-${id}`,
    })),
  }),
  StartQuery: JSON.stringify({ queryId: "a-query" }),
  GetQueryResults: JSON.stringify({ status: "Complete", results: [] }),
};

function stackAnswer(asked: URLSearchParams, outputs: Readonly<Record<string, string>>): string {
  const action = asked.get("Action") ?? "";
  const members = Object.entries(outputs).map(([name, value]) => {
    const escaped = value.replaceAll("&", "&amp;");
    return `<member><OutputKey>${name}</OutputKey><OutputValue>${escaped}</OutputValue></member>`;
  });
  const stack = `<StackName>${asked.get("StackName")}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>`;
  const result =
    action === "GetTemplate"
      ? "<TemplateBody>{}</TemplateBody>"
      : `<Stacks><member>${stack}<Outputs>${members.join("")}</Outputs></member></Stacks>`;
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}
