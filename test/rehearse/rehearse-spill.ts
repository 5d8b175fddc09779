import { generatedSamples } from "../../lib/cli/send/generate.ts";
import { eventSourceArn } from "../../lib/queue/queue-arn.ts";
import { encodeSpillBatch } from "../../lib/queue/spill-batch.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Checks } from "../interop/checks.ts";
import type { Account } from "./account.ts";
import type { DeployedFunction } from "./deployed-function.ts";
import type { FunctionProcess } from "./function-process.ts";
import { keyOf, messageIdOf, recordOf } from "./queue-events.ts";
import { differencesOfIds, storedIds } from "./stored-ids.ts";

const DATAGRAMS = 150;
/** Longer ago than the time window: only who believes the first receipt takes these. */
const LONG_AGO_MS = 40 * 24 * 60 * 60 * 1_000;

export interface SpillRehearsal {
  readonly checks: Checks;
  readonly account: Account;
  readonly deployed: DeployedFunction;
  readonly running: FunctionProcess;
}

/** Messages that storage could not take at first, from the queue that is believed and from one that isn't; and where the rest went. */
export async function rehearseSpill({ checks, account, deployed, running }: SpillRehearsal): Promise<void> {
  const spillQueue = eventSourceArn(deployed.environment.COUNTERSIGN_SPILL_QUEUE ?? "");
  const spilled = spillBatch(account.signingSecret);
  const pretended = spillBatch(account.signingSecret);
  const answers = [
    await running.invoke({ Records: [recordOf(spilled.body, spillQueue)] }),
    await running.invoke({ Records: [recordOf(pretended.body)] }),
  ];
  const unwanted = answers.filter((answer) => JSON.stringify(answer) !== NONE_FAILED);
  checks.same(
    "messages of the spill queue, and such as pretend to be, are handled",
    unwanted.map((answer) => JSON.stringify(answer)),
  );

  for (const driver of await account.openStorages(deployed.environment.COUNTERSIGN_STORAGE ?? "")) {
    const stored = await storedIds(driver);
    await driver.close();
    checks.same(
      `each of ${DATAGRAMS} spilled samples is judged as of its first receipt, and in ${driver.name}`,
      differencesOfIds(spilled.ids, stored),
    );
    const believed = pretended.ids.filter((id) => stored.includes(id));
    checks.same(`of those from another queue, none is in ${driver.name}`, believed);
  }
  const quarantine = await account.openQuarantine(deployed.environment.COUNTERSIGN_QUARANTINE ?? "");
  const reasons = new Set<string>();
  for await (const entry of quarantine.entries()) for (const { reason } of entry.reasons) reasons.add(reason);
  await quarantine.close();
  checks.same("the forged sample is in the quarantine", reasons.has("bad-signature") ? [] : [[...reasons].join()]);
}

const NONE_FAILED = JSON.stringify({ kind: "response", value: { batchItemFailures: [] } });

function spillBatch(secret: string) {
  const receivedAt = Date.now() - LONG_AGO_MS;
  const receipt: Receipt = { listener: "udp", address: "10.0.0.1", receivedAt };
  const samples = Array.from(generatedSamples(keyOf(secret), DATAGRAMS, receivedAt));
  const body = encodeSpillBatch(samples.map((sample) => ({ bytes: encodeMsgpack(sample), receipt })));
  return { body, ids: samples.map(messageIdOf) };
}
