import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { generatedSamples } from "../../lib/cli/send/generate.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { stageSettings, synthesize } from "../infra/synthesized.ts";
import { type Account, openAccount } from "../rehearse/account.ts";
import { keyOf } from "../rehearse/queue-events.ts";
import { resolveText } from "../rehearse/resolve.ts";
import { readTemplates, type Templates } from "../rehearse/templates.ts";
import { startRecordingProxy } from "../support/recording-proxy.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { startAnswers } from "./answers.ts";
import { type AwsCall, arnsIn, awsCalls } from "./aws-call.ts";
import { exceptions } from "./exceptions.ts";
import { isUsedBy, refusedCalls, unusedRights } from "./findings.ts";
import { operatorAtWork } from "./operator-at-work.ts";
import { type Access, accessIn, type Right } from "./rights.ts";
import {
  canaryAtWork,
  functionAtWork,
  functionEnvironment,
  handOn,
  taskAtWork,
  taskEnvironment,
  workingAs,
} from "./stage-at-work.ts";

/** A stage with all that can be switched on, and the calls of AWS that its code makes as each of its roles. */

let templates: Templates;
let account: Account;
let folder: TemporaryFolder;
let calls: readonly AwsCall[];
let access: Access;
const outputNames = [
  ...["QueueUrl", "SpillQueueUrl", "DeadLetterQueueUrl", "SigningSecretArn", "StorageUrl", "QuarantineUrl"],
];
/** What did not work, in words. */
const failed: string[] = [];

const STAGE = "prod";
/** So many that a person who wants the newest is best served by a scan. */
const SERIES = 70;
const FEW = 2;
const OTHER_SECRET = "a secret of somebody else's";

beforeAll(async () => {
  templates = readTemplates(synthesize({ ...stageSettings(STAGE), canary: true }).directory);
  access = accessIn(templates);
  [account, folder] = await Promise.all([openAccount(templates), temporaryFolder()]);
  calls = await callsOfAll();
}, 60_000);
afterAll(() => Promise.all([account.stop(), folder.remove()]));

function outputOf(name: string): string {
  const stack = `Countersign-${STAGE}`;
  return resolveText(templates, stack, templates.output(stack, name));
}

async function callsOfAll(): Promise<readonly AwsCall[]> {
  const outputs = Object.fromEntries(outputNames.map((name) => [name, outputOf(name)]));
  const [queueUrl, deadLetterQueue] = [outputOf("QueueUrl"), outputOf("DeadLetterQueueUrl")];
  const own = messagesSignedWith(account.signingSecret, SERIES);
  const more = messagesSignedWith(account.signingSecret, FEW);
  const rejected = messagesSignedWith(OTHER_SECRET, FEW);

  const collector = await workingAs(account, "QueueCollectorRole", () =>
    functionAtWork(account, functionEnvironment(templates, "QueueCollector"), queueUrl, {
      bodies: [own, rejected].map((some) => toExactJson([...some])),
      refused: toExactJson([...more]),
    }),
  );
  await account.unmark();
  const task = await workingAs(account, "TaskRole", () =>
    taskAtWork(taskEnvironment(templates), [...more, ...rejected].map(encodeMsgpack)),
  );
  failed.push(
    ...(await workingAs(account, "SocketCanarySenderRole", () =>
      canaryAtWork(functionEnvironment(templates, "SocketCanary"), task.listening),
    )),
    ...(await workingAs(account, "QueueCanaryRole", async () => {
      const run = canaryAtWork(functionEnvironment(templates, "QueueCanary"));
      await handOn(queueUrl, account.localQueue(queueUrl), collector);
      return run;
    })),
  );
  await task.stop();
  await collector.close();
  return callsOfOperator(outputs, deadLetterQueue, toExactJson([...own]));
}

async function callsOfOperator(outputs: Readonly<Record<string, string>>, deadLetterQueue: string, body: string) {
  const dead = await openPublisher(account.localQueue(deadLetterQueue));
  if ("problem" in dead) throw new Error(dead.problem);
  await dead.send(Buffer.from(body));
  await dead.close();
  await account.unmark();
  // Not what somebody has in stages.json.
  const settingsFile = join(folder.path, "stages.json");
  await writeFile(settingsFile, "{}");
  const answers = await startAnswers(outputs);
  const proxy = await startRecordingProxy(answers.endpoint);
  const found = await workingAs(account, "OperatorRole", () => {
    for (const service of ["CLOUDWATCH", "CLOUDWATCH_LOGS", "CLOUDFORMATION"]) {
      vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, proxy.url);
    }
    return operatorAtWork(STAGE, outputs, OTHER_SECRET, settingsFile);
  });
  failed.push(...found);
  await proxy.close();
  await answers.stop();
  return [...account.calls(), ...proxy.calls.flatMap((recorded) => awsCalls(recorded, arnsIn(templates)))];
}

/** Samples, an event, and one sample a second time with another volume. */
function messagesSignedWith(secret: string, series: number): readonly ValueMap[] {
  const key = keyOf(secret);
  const [first = new Map<string, Value>(), ...samples] = generatedSamples(key, series);
  const other = signed(new Map([...first, ["counter_volume", 77n]]));
  const event = signed(
    new Map<string, Value>([
      ["message_id", crypto.randomUUID()],
      ["event_type", "image.upload"],
      ["generated", new Date().toISOString().replace("Z", "000")],
      ["traits", [["service", 1n, "image.c3"]]],
      ["raw", new Map()],
    ]),
  );
  return [first, other, event, ...samples];

  function signed(message: ValueMap): ValueMap {
    const unsigned = new Map(Array.from(message).filter(([name]) => name !== "message_signature"));
    return unsigned.set("message_signature", sign(unsigned, key, "py3") ?? "");
  }
}

describe("of the calls of AWS that our code makes", () => {
  it("each has its right, with the resource, in its role, and an endpoint that leads there from inside the VPC", () => {
    expect(failed).toEqual([]);
    expect(refusedCalls(access, calls)).toEqual([]);
  });

  it("each right of each role is used by one, or by AWS for a reason", () => {
    expect(unusedRights(access, calls, exceptions)).toEqual([]);
  });

  it("all that our code can make are seen here, but for those on one's own machine", () => {
    const seen = new Set(calls.map(({ operation }) => operation));
    const made = commandsIn("lib").filter((name) => !onOwnMachine.includes(name));
    expect(made.length).toBeGreaterThan(15);
    expect(made.filter((name) => !seen.has(name))).toEqual([]);
  });
});

/** What makes tables, buckets and queues for a trial. */
const onOwnMachine = ["CreateBucket", "CreateQueue", "CreateTable", "DescribeTable", "HeadBucket"];

function commandsIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const names = files.flatMap((name) =>
    Array.from(readFileSync(join(folder, name), "utf8").matchAll(/new (\w+)Command\(/g), ([, command = ""]) => command),
  );
  return Array.from(new Set(names)).sort();
}

describe("it is seen when", () => {
  const without = (right: Right): Access => ({ ...access, rights: access.rights.filter((one) => one !== right) });

  it("a right is taken away, but for one that another covers", () => {
    const unseen = access.rights.filter((right) => {
      const using = calls.filter((call) => isUsedBy(access, right, call));
      const less = without(right);
      const found = using.length > 0 ? refusedCalls(less, using) : unusedRights(less, calls, exceptions);
      return found.length === 0;
    });
    // The format is among the items that a reader of the resources table may read.
    expect(unseen.map(({ role, action, resource }) => `${role} ${action} ${resource.split("/")[1]}`)).toEqual([
      expect.stringMatching(/^OperatorRole dynamodb:BatchGetItem samplestoragetablesresources/),
    ]);
  });

  it("a role gets a right that another has", () => {
    const key = ({ role, action, resource }: Right) => `${role} ${action} ${resource}`;
    const there = new Set(access.rights.map(key));
    const roles = Array.from(new Set(access.rights.map(({ role }) => role)));
    const added = roles
      .flatMap((role) => access.rights.map((right): Right => ({ ...right, role, conditions: {} })))
      .filter((right) => !there.has(key(right)));
    expect(added.length).toBeGreaterThan(100);
    const unseen = added.filter((right) => unusedRights({ ...access, rights: [right] }, calls, []).length === 0);
    expect(unseen.map(key)).toEqual([]);
  });

  it("an endpoint leads to less", () => {
    for (const service of ["dynamodb", "s3", "secretsmanager", "sqs"]) {
      const endpoints = new Map(access.endpoints).set(service, []);
      expect(refusedCalls({ ...access, endpoints }, calls).join()).toContain(
        `no endpoint leads there: TaskRole: ${service}:`,
      );
    }
  });

  it("an object is written without If-None-Match, or a message sent to the spill queue by another role", () => {
    const put = calls.find(({ signer, action }) => signer === "TaskRole" && action === "s3:PutObject");
    const sent = calls.find(({ signer, action }) => signer === "TaskRole" && action === "sqs:SendMessage");
    if (put === undefined || sent === undefined) throw new Error("a task neither stores nor spills");
    const { "s3:if-none-match": _, ...context } = put.context;
    expect(refusedCalls(access, [{ ...put, context }])).toEqual([
      expect.stringMatching(/^denied: TaskRole: s3:PutObject/),
    ]);
    expect(refusedCalls(access, [{ ...sent, signer: "QueueCollectorRole" }])).toEqual([
      expect.stringMatching(/^denied: QueueCollectorRole: sqs:SendMessage/),
      expect.stringMatching(/^no right: QueueCollectorRole: sqs:SendMessage/),
    ]);
  });
});
