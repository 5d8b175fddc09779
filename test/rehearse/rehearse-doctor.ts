import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricDatum,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Finding } from "../../lib/doctor/finding/finding.ts";
import { describeStack } from "../../lib/doctor/stage/stacks.ts";
import { templateDifferences } from "../../lib/doctor/stage/template-differences.ts";
import { parseStage } from "../../lib/infra/stage-settings.ts";
import { synthesizeBundled } from "../infra/synthesized.ts";
import { deployable } from "./deployable.ts";
import { queueFunction } from "./deployed-function.ts";
import { deployedEnvironment } from "./deployed-resources.ts";
import { type FunctionProcess, type RuntimePaths, startFunction } from "./function-process.ts";
import { textAt } from "./json.ts";
import { start } from "./processes.ts";
import { recordOf } from "./queue-events.ts";
import { type ChangesRehearsal, WITHOUT_QUESTIONS } from "./rehearse-changes.ts";
import { REGION } from "./resolve.ts";
import type { StandInAws } from "./stand-in-aws.ts";
import { readTemplates, type Templates } from "./templates.ts";

export interface DoctorRehearsal extends ChangesRehearsal {
  /** To run what was deployed; undefined where this machine can't: then nothing is sent through it. */
  readonly runtime: RuntimePaths | undefined;
}

/** A stage of its own, with what `dev` has. */
const STAGE = "doctor";
const STACK = `Countersign-${STAGE}`;
const OWN_SETTINGS = {
  deletionProtection: false,
  terminationProtection: false,
  retentionDays: 90,
  logRetentionDays: 14,
};

const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const CREDENTIALS = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };

/** Asks `countersign doctor` after a deployed stage: as it was deployed, and with a fault of each kind. */
export async function rehearseDoctor(rehearsal: DoctorRehearsal): Promise<void> {
  const { checks, aws, folder, secretArn, cdkOver, runtime } = rehearsal;
  const parsed = parseStage(STAGE, { [STAGE]: OWN_SETTINGS });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const made = readTemplates(synthesizeBundled(parsed.settings, mkdtempSync(join(folder, "made-"))).directory);
  const assembly = deployable(made, mkdtempSync(join(folder, "deployed-")), secretArn);
  const deployed = await cdkOver(assembly, `cdk deploy ${STACK}`, "deploy", STACK, ...WITHOUT_QUESTIONS);
  if (!deployed.ok) return;
  const options = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
  const clients = { cloudWatch: new CloudWatchClient(options), sqs: new SQSClient(options) };
  const outputs = await outputsOf(options);
  try {
    await makeAlarms(clients.cloudWatch, assembly);
    if (runtime !== undefined) {
      const running = await startDeployed(aws, assembly, runtime);
      const invoke = async (body: string) => running.invoke({ Records: [recordOf(body)] });
      const queue = { sqs: clients.sqs, url: outputs.get("QueueUrl") ?? "", invoke };
      const spared = differencesForMoto(made, assembly);
      const healthy = await diagnose(rehearsal, OWN_SETTINGS, queue);
      await running.stop();
      checks.same(
        "doctor sends a sample through the stage that was deployed, and finds nothing but what moto was spared",
        healthy.filter(({ says }) => says !== spared).map((one) => JSON.stringify(one)),
      );
    }
    await plantFaults(clients, outputs);
    const ill = await diagnose(rehearsal, { ...OWN_SETTINGS, batchSize: 7 }, undefined);
    const found = ill.map(({ severity, check, about, says }) => [severity, check, about, says].join(" "));
    checks.same(
      "doctor tells of an alarm, a dead letter, drops, rejected messages and another setting",
      planted
        .filter((one) => !found.some((line) => one.test(line)))
        .map((one) => `${one} is not in ${found.join("\n")}`),
    );
    const severities = found.map((line) => line.split(" ")[0]).join();
    checks.same("the worst comes first", /^(?:fault,)+(?:risk,?)+$/.test(severities) ? [] : [severities]);
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

const planted = [
  /^fault alarm \S*DeadLetters\S* it is in ALARM: .*/,
  /^fault dead-letters \S*DeadLetterQueue\S* 1 dead letters/,
  /^fault loss KernelDrops of udp 3 datagrams were dropped .*within the last 24 hours/,
  /^risk rejected queue 50 of 100 messages were rejected .*: 48 bad-signature/,
  /^risk settings Countersign-doctor it differs .*\.Properties\.BatchSize/,
];

async function outputsOf(options: ConstructorParameters<typeof CloudFormationClient>[0]) {
  const client = new CloudFormationClient(options ?? {});
  const stack = await describeStack(client, STACK);
  client.destroy();
  if (stack === undefined) throw new Error(`no stack ${STACK}`);
  return stack.outputs;
}

async function startDeployed(aws: StandInAws, assembly: Templates, runtime: RuntimePaths): Promise<FunctionProcess> {
  const environment = await deployedEnvironment(aws);
  const running = await startFunction(runtime, { ...queueFunction(assembly), environment }, byNumber(aws));
  if (running.started.kind !== "ready") throw new Error(JSON.stringify(running.started));
  return running;
}

/** With a name the client of S3 would put the bucket in front of it, where nobody answers. */
function byNumber({ environment, endpoint }: StandInAws): Readonly<Record<string, string>> {
  return { ...environment, AWS_ENDPOINT_URL: endpoint.replace("localhost", "127.0.0.1") };
}

/** What was changed in the templates for moto's sake is told as a difference, and rightly so. */
function differencesForMoto(made: Templates, assembly: Templates): string {
  const [one, other] = [assembly, made].map(({ folder }) =>
    readFileSync(join(folder, `${STACK}.template.json`), "utf8"),
  );
  return `it differs from what the settings here would make in ${templateDifferences(one ?? "", other ?? "").join(", ")}`;
}

interface HandedOn {
  readonly sqs: SQSClient;
  readonly url: string;
  /** Hands a message to the deployed function, as Lambda would. */
  readonly invoke: (body: string) => Promise<unknown>;
}

/** @param queue from which messages are handed on; undefined: nothing is sent */
async function diagnose(
  { aws, folder }: DoctorRehearsal,
  settings: object,
  queue: HandedOn | undefined,
): Promise<readonly Finding[]> {
  const file = join(folder, "doctor-stages.json");
  writeFileSync(file, JSON.stringify({ [STAGE]: settings }));
  const args = ["doctor", "--stage", STAGE, "--json", "--settings", file, "--wait", "20"];
  const program = start(process.execPath, [command, ...args, ...(queue === undefined ? ["--no-send"] : [])], {
    env: { PATH: process.env.PATH, ...byNumber(aws) },
  });
  let isOver = false;
  const ended = program.ended.then((code) => {
    isOver = true;
    return code;
  });
  while (!isOver && queue !== undefined) await handOn(queue);
  const code = await ended;
  const findings = program.lines.map((line): Finding => JSON.parse(line));
  if (code !== (findings.length === 0 ? 0 : 1)) throw new Error(`doctor ended with ${code}: ${program.tail()}`);
  return findings;
}

async function handOn({ sqs, url: QueueUrl, invoke }: HandedOn): Promise<void> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
  for (const { Body = "", ReceiptHandle } of Messages) {
    await invoke(Body);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}

/** The template's, as moto makes none: by the names that CloudFormation would give them. Another stage's rings. */
async function makeAlarms(client: CloudWatchClient, assembly: Templates): Promise<void> {
  const own = assembly.ofType("AWS::CloudWatch::Alarm").map(({ logicalId, properties }) => ({
    AlarmName: `${STACK}-${logicalId}-X7XLZQ`,
    AlarmDescription: textAt(properties, "AlarmDescription"),
  }));
  const other = { AlarmName: `${STACK}-2-MonitoringDeadLetters-X7XLZQ`, AlarmDescription: "of another stage" };
  for (const alarm of [...own, other]) await client.send(new PutMetricAlarmCommand({ ...alarm, ...ANY_METRIC }));
  await client.send(new SetAlarmStateCommand({ ...other, StateValue: "ALARM", StateReason: "rehearsed" }));
}

const ANY_METRIC = {
  Namespace: "Countersign",
  MetricName: "Imbalance",
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: "GreaterThanThreshold",
} as const;

interface Clients {
  readonly cloudWatch: CloudWatchClient;
  readonly sqs: SQSClient;
}

async function plantFaults({ cloudWatch, sqs }: Clients, outputs: ReadonlyMap<string, string>): Promise<void> {
  const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${STACK}-` }));
  const isOwn = ({ AlarmName = "" }) => /^Countersign-doctor-[A-Z].*DeadLetters/.test(AlarmName);
  const AlarmName = MetricAlarms.find(isOwn)?.AlarmName;
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "rehearsed" }));
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs.get("DeadLetterQueueUrl"), MessageBody: "e30=" }));
  // What the function and a task would have written into their logs.
  const MetricData = [
    figure("KernelDrops", 3, { Listener: "udp" }),
    figure("MessagesReceived", 100, { Listener: "queue" }),
    figure("MessagesRejected", 50, { Listener: "queue" }),
    figure("SamplesRejected", 48, { Listener: "queue", Reason: "bad-signature" }),
  ];
  await cloudWatch.send(new PutMetricDataCommand({ Namespace: "Countersign", MetricData }));
}

function figure(MetricName: string, Value: number, dimensions: Readonly<Record<string, string>>): MetricDatum {
  const all = Object.entries({ Stage: STAGE, ...dimensions });
  const Timestamp = new Date(Date.now() - 120_000);
  return { MetricName, Value, Timestamp, Dimensions: all.map(([Name, Value]) => ({ Name, Value })) };
}
