import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, it } from "vitest";
import { parseV2Secret } from "../../lib/keys/v2-secret.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { key } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type DatagramSender, loadSample, openSender } from "./load.ts";
import { runProgram, startCollect } from "./program.ts";
import { storedIds } from "./world.ts";

const [CACHE_SECONDS, A_SECOND] = inject("isShort") ? [1, 200] : [3, 500];
const AFTER_RETIREMENT = 100;

it("rejects no good sample while keys of both signatures are added, taken into use and retired under load", async () => {
  const folder = await temporaryFolder();
  try {
    await rotate(folder.path);
  } finally {
    await folder.remove();
  }
});

async function rotate(folder: string): Promise<void> {
  const file = join(folder, "keys.json");
  const keys = async (command: string, id: string, ...options: readonly string[]) =>
    JSON.parse(
      await runProgram("countersign", [
        "keys",
        command,
        id,
        "--keys",
        file,
        "--cache-seconds",
        String(CACHE_SECONDS),
        ...options,
      ]),
    );
  const old = { legacy: await keys("add", "old"), v2: await keys("add", "old-v2", "--v2") };
  const storage = pathToFileURL(join(folder, "samples.jsonl")).href;
  const collector = await startCollect([
    ...["--listen", "udp://127.0.0.1:0", "--storage", storage],
    ...["--keys", file, "--key-cache-seconds", String(CACHE_SECONDS)],
  ]);
  const sender = await openSender(collector.listening[0] ?? "");
  const publisher = publishing(sender, old);
  await eventually("some samples", () => publisher.sent() > A_SECOND);

  const fresh = { legacy: await keys("add", "new"), v2: await keys("add", "new-v2", "--v2") };
  const ready = Math.max(...[fresh.legacy, fresh.v2].map(({ readyAt }) => Date.parse(readyAt)));
  await eventually("the new keys to be known everywhere", () => Date.now() > ready, 60_000);
  publisher.use(fresh);
  const grace = `${CACHE_SECONDS * 2}s`;
  const retired = [
    await keys("retire", "old", "--force", "--grace", grace),
    await keys("retire", "old-v2", "--force", "--grace", grace),
  ];
  const end = Math.max(...retired.map(({ retiredAt }) => Date.parse(retiredAt)));
  await eventually("the old keys to be retired", () => Date.now() > end, 60_000);
  await eventually("some more samples", () => Date.now() > end + 1_000);
  const sent = await publisher.stop();
  await sender.send(signedWith(old, "late", AFTER_RETIREMENT), A_SECOND);
  sender.close();
  const { udp } = await collector.finish();
  const stored = await storedIds(storage);

  expect(udp && imbalance(udp)).toEqual(balanced);
  const { KernelDrops = 0, SamplesRecorded = 0 } = udp?.figures ?? {};
  // All that was refused was signed with the old keys after their time.
  expect(Object.entries(udp?.rejected ?? {}).filter(([, count]) => count > 0)).toEqual([
    ["refused-key", AFTER_RETIREMENT],
  ]);
  expect(KernelDrops).toBe(0);
  expect(SamplesRecorded).toBe(sent);
  expect(stored.length).toBe(sent);
  expect(stored.some((id) => id.startsWith("late"))).toBe(false);
  console.log({ sent, refused: AFTER_RETIREMENT });
}

interface KeyPair {
  readonly legacy: { readonly id: string; readonly secret: string };
  readonly v2: { readonly id: string; readonly secret: string };
}

/** Sends on, half with each signature, with the keys in use at the time. */
function publishing(sender: DatagramSender, first: KeyPair) {
  let pair = first;
  let stopped = false;
  let made = 0;
  const datagrams = function* (): Generator<Buffer> {
    for (; ; made++) yield signed(pair, made, `good-${made}`);
  };
  const sending = sender.send(datagrams(), A_SECOND, () => stopped);
  return {
    sent: () => made,
    use(next: KeyPair) {
      pair = next;
    },
    stop() {
      stopped = true;
      return sending;
    },
  };
}

function* signedWith(pair: KeyPair, prefix: string, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) yield signed(pair, index, `${prefix}-${index}`);
}

function signed({ legacy, v2 }: KeyPair, index: number, id: string): Buffer {
  if (index % 2 === 0) return encodeMsgpack(loadSample(index, id, key(legacy.secret)));
  const parsed = parseV2Secret(v2.secret);
  if (!parsed.ok) throw new Error(parsed.problem);
  const message = new Map(loadSample(index, id));
  message.delete("message_signature");
  return sealEnvelope([message], { keyId: v2.id, secret: parsed.secret, sentAt: Date.now() });
}
