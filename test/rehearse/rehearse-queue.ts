import type { Checks } from "../interop/checks.ts";
import type { Account } from "./account.ts";
import { bundleSize, type DeployedFunction } from "./deployed-function.ts";
import { type Figures, kilobytes, milliseconds } from "./figures.ts";
import { type FunctionProcess, type RuntimePaths, startFunction } from "./function-process.ts";
import { at, type Json, parseJson } from "./json.ts";
import { eventOf, forgedMessage, genuineMessages, type QueueMessage } from "./queue-events.ts";
import { FUNCTION_ROLE } from "./rehearse-access.ts";
import { rehearseSpill } from "./rehearse-spill.ts";
import { differencesOfIds, storedIds } from "./stored-ids.ts";

export interface QueueRehearsal {
  readonly checks: Checks;
  readonly figures: Figures;
  readonly account: Account;
  readonly runtime: RuntimePaths;
  readonly deployed: DeployedFunction;
}

/** Signs what a start with a wrong setting asks for. */
const NOBODY = "nobody";
const COLD_STARTS = 9;
const EVENTS = 10;
const MESSAGES_AN_EVENT = 10;
const SAMPLES_A_MESSAGE = 100;
const BUNDLE_AIM_BYTES = 1_000_000;

/** Settings that can't be used, and what the start has to say of each. */
const wrongSettings: readonly (readonly [name: string, value: string, says: RegExp])[] = [
  ["COUNTERSIGN_STORAGE", "dynamo://samples", /unknown storage \\?"dynamo:/],
  ["COUNTERSIGN_DIALECTS", "py4", /COUNTERSIGN_DIALECTS: no dialect/],
  ["COUNTERSIGN_QUARANTINE", "gs://quarantine", /unknown quarantine \\?"gs:/],
  [
    "COUNTERSIGN_SECRET_ARN",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-AbCdEf",
    /gone-AbCdEf can't be read/,
  ],
];

/** The bundled function under AWS's runtime client. @returns what it wrote to its log */
export async function rehearseQueue(rehearsal: QueueRehearsal): Promise<readonly string[]> {
  const { checks, figures, deployed } = rehearsal;
  const size = bundleSize(deployed.folder);
  figures.add("Lambda bundle", kilobytes(size.code), `without its source map, which has ${kilobytes(size.sourceMap)}`);
  checks.same(
    `the function's bundle has less than ${kilobytes(BUNDLE_AIM_BYTES)}`,
    size.code < BUNDLE_AIM_BYTES ? [] : [kilobytes(size.code)],
  );
  checks.same("Lambda runs the function on Node 24", deployed.runtime === "nodejs24.x" ? [] : [deployed.runtime]);
  const understand = deployed.partialBatches && deployed.sources.length === 2;
  checks.same("queue and spill queue understand partial batches", understand ? [] : ["no ReportBatchItemFailures"]);
  for (const wrong of wrongSettings) await refusesToStart(rehearsal, ...wrong);
  // These have opened storage, and so left its marks.
  await rehearsal.account.unmark();
  const lines = [...(await coldStarts(rehearsal))];
  const running = await startFunction(rehearsal.runtime, deployed, rehearsal.account.environmentOf(FUNCTION_ROLE));
  try {
    await handleEvents(rehearsal, running);
    await rehearseSpill({ ...rehearsal, running });
    const peak = running.peakMegabytes();
    figures.add("Lambda memory", `${Math.round(peak)} MB`, `at most, of ${deployed.memoryMegabytes} MB`);
    checks.same("the function stays within its memory", peak < deployed.memoryMegabytes ? [] : [`${peak} MB`]);
    lines.push(...running.lines());
  } finally {
    await running.stop();
  }
  return lines;
}

async function refusesToStart(rehearsal: QueueRehearsal, name: string, value: string, says: RegExp): Promise<void> {
  const { checks, runtime, deployed, account } = rehearsal;
  const running = await startFunction(runtime, deployed, { ...account.environmentOf(NOBODY), [name]: value });
  await running.stop();
  const { started } = running;
  const ok = started.kind === "init-error" && says.test(JSON.stringify(started.error));
  checks.same(`a wrong ${name} stops the start, and says why`, ok ? [] : [JSON.stringify(started)]);
}

/** Fresh processes, each with one event of one sample. */
async function coldStarts({ checks, figures, account, runtime, deployed }: QueueRehearsal): Promise<readonly string[]> {
  const lines: string[] = [];
  const init: number[] = [];
  const processor: number[] = [];
  const response: number[] = [];
  const bad: string[] = [];
  for (let round = 0; round < COLD_STARTS; round++) {
    const before = performance.now();
    const running = await startFunction(runtime, deployed, account.environmentOf(FUNCTION_ROLE));
    const answer = await running.invoke(eventOf(genuineMessages(account.signingSecret, 1, 1)));
    init.push(running.initMs);
    processor.push(running.initCpuMs);
    response.push(performance.now() - before);
    lines.push(...running.lines());
    await running.stop();
    if (JSON.stringify(answer) !== NONE_FAILED) bad.push(JSON.stringify(answer));
  }
  checks.same(`${COLD_STARTS} cold starts answer their first event`, bad);
  const how = `median of ${COLD_STARTS} processes; Node 24 on this machine's ${process.arch}, not on Lambda`;
  figures.add(
    "Lambda init",
    milliseconds(init),
    `process start to ready for an event, secret read; aim 250 ms; ${how}`,
  );
  figures.add(
    "Lambda init, processor time",
    milliseconds(processor),
    `of that, what no other process can stretch; ${how}`,
  );
  figures.add("Lambda first response", milliseconds(response), `process start to the first event's answer; ${how}`);
  return lines;
}

const NONE_FAILED = JSON.stringify({ kind: "response", value: { batchItemFailures: [] } });

async function handleEvents(rehearsal: QueueRehearsal, running: FunctionProcess): Promise<void> {
  const { checks, figures, account, deployed } = rehearsal;
  const sent: QueueMessage[] = [];
  const failing: QueueMessage[] = [];
  const durations: number[] = [];
  const left = new Set<string>();
  account.dynamodb.leave((sortKey) => left.has(sortKey.split("#")[1] ?? ""));
  const bad: string[] = [];
  for (let event = 0; event < EVENTS; event++) {
    const genuine = genuineMessages(account.signingSecret, MESSAGES_AN_EVENT, SAMPLES_A_MESSAGE, deployed.sources[0]);
    const toFail = genuine.filter((_, index) => failsIn(event, index));
    // Of some messages every sample fails, of others a single one: the whole message has to come back.
    for (const [index, { messageIds }] of toFail.entries()) {
      for (const id of index % 2 === 0 ? messageIds : messageIds.slice(-1)) left.add(id);
    }
    const before = performance.now();
    const answer = await running.invoke(eventOf(event === 0 ? [forgedMessage(), ...genuine] : genuine));
    if (toFail.length === 0) durations.push(performance.now() - before);
    const expected = { kind: "response", value: { batchItemFailures: toFail.map(failureOf) } };
    if (JSON.stringify(answer) !== JSON.stringify(expected)) {
      bad.push(`event ${event}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(answer)}`);
    }
    sent.push(...genuine);
    failing.push(...toFail);
  }
  const what = `${EVENTS} events of ${MESSAGES_AN_EVENT * SAMPLES_A_MESSAGE} samples`;
  checks.same(`${what} name exactly the ${failing.length} messages of which storage left a sample`, bad);
  figures.add(
    "Lambda warm event",
    milliseconds(durations),
    "1,000 samples in 10 messages, median; local DynamoDB and S3",
  );

  account.dynamodb.leave(() => false);
  const again = await running.invoke(eventOf(failing));
  checks.same(
    "delivered again, none of them fails",
    JSON.stringify(again) === NONE_FAILED ? [] : [JSON.stringify(again)],
  );
  const ids = sent.flatMap(({ messageIds }) => messageIds);
  for (const driver of await account.openStorages(deployed.environment.COUNTERSIGN_STORAGE ?? "")) {
    const differences = differencesOfIds(ids, await storedIds(driver));
    await driver.close();
    checks.same(`each of the ${ids.length} samples is read back once from ${driver.name}`, differences);
  }
  checks.same(
    "a log line is JSON",
    running.lines().filter((line) => !isJsonObject(parseJson(line))),
  );
}

/** Three of the events: with one message, with some, and with all of them. */
function failsIn(event: number, message: number): boolean {
  if (event === 2) return message === 4;
  if (event === 5) return message % 3 === 0;
  return event === 8;
}

function failureOf({ record }: QueueMessage): Json {
  return { itemIdentifier: record.messageId };
}

function isJsonObject(value: Json | undefined): boolean {
  return at(value, "message") !== undefined || at(value, "_aws") !== undefined;
}
