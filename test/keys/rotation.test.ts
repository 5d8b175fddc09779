import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeys } from "../../lib/assembly/open-keys.ts";
import { type KeySource, receiptRefusal } from "../../lib/keys/keyring.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { type KeysCommand, keysCommandWithServices, SECRET_ARN } from "../support/keys-command.ts";

const FIRST = "secret of first";
/** Between two messages: as often as a timer allows, for a change lasts seconds and other tests need the processor. */
const EVERY_MS = 1;

let command: KeysCommand;
beforeAll(async () => {
  command = await keysCommandWithServices();
  await command.keep({ first: FIRST });
  command.secretsManager.put(JSON.stringify({ first: FIRST }));
});
afterAll(() => command.close());

/** Whether a message signed with this secret is good when it is received now. */
function isGood(keys: KeySource, secret: string): boolean {
  const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: Date.now() } as const;
  const { legacy } = keys.current();
  const key = legacy.find((one) => one.secret.export().toString() === secret && !receiptRefusal(one, receipt));
  return key !== undefined;
}

/** Signs and checks all the time until then. @returns how many were good, and how many were not */
async function publish(keys: KeySource, secret: string, until: number): Promise<readonly [good: number, bad: number]> {
  let [good, bad] = [0, 0];
  while (Date.now() < until) {
    if (isGood(keys, secret)) good++;
    else bad++;
    await pause(EVERY_MS);
  }
  return [good, bad];
}

describe("a change from one key to another", () => {
  it.concurrent.each([
    ["a file", (folder: string) => ({ place: `${folder}/keys.json`, keyFile: `${folder}/keys.json`, secretArn: null })],
    ["Secrets Manager", () => ({ place: SECRET_ARN, keyFile: null, secretArn: SECRET_ARN })],
  ])("refuses nothing that is good, in %s, and the old key afterwards", async (_what, where) => {
    const { place, ...from } = where(command.folder);
    const settings = { ...from, secrets: [], allowDefaultSecret: false, keyCacheSeconds: 1 };
    const opened = await openKeys(
      settings,
      createLogger(() => undefined),
    );
    if (!opened.ok) throw new Error(opened.problem);
    const { keys } = opened;
    const options = ["--keys", place, "--cache-seconds", "1"];

    const added = await command.run("add", "next", ...options);
    const { secret, readyAt } = JSON.parse(added.out[0] ?? "");
    const [goodBefore, badBefore] = await publish(keys, FIRST, Date.parse(readyAt));

    const retired = await command.run("retire", "first", "--grace", "1s", "--force", ...options);
    const retiredAt = Date.parse(JSON.parse(retired.out[0] ?? "").retiredAt);
    // The last publisher changes over within the grace period.
    const [[goodLate, badLate], [goodAfter, badAfter]] = await Promise.all([
      publish(keys, FIRST, retiredAt - 50),
      publish(keys, secret, retiredAt + 500),
    ]);
    const isOldGood = isGood(keys, FIRST);
    await keys.close();

    expect([badBefore, badLate, badAfter, isOldGood]).toEqual([0, 0, 0, false]);
    for (const good of [goodBefore, goodLate, goodAfter]) expect(good).toBeGreaterThan(0);
  });
});
