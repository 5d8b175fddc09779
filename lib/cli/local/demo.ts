import { readdir, readFile } from "node:fs/promises";
import { splitFrames } from "../../wire/frame.ts";
import { openPublisher } from "../send/publisher.ts";

/** Real publishers' datagrams, frames and queue messages, which the tests use as well. */
const CAPTURES = new URL("../../../test/fixtures/", import.meta.url);

/** The day that the captures are of. */
export const CAPTURED = { from: "2022-09-30T00:00:00.000000Z", to: "2022-10-01T00:00:00.000000Z" };

/** The targets of the demo, by the way that it sends there. */
export interface DemoTargets {
  readonly udp: string;
  readonly tcp: string;
  readonly queue: string;
}

export type DemoCounts = Readonly<Record<keyof DemoTargets, number>>;

/** Replays the captures through all three ways. @returns how many messages went each way */
export async function replayCaptures(targets: DemoTargets): Promise<DemoCounts> {
  return {
    udp: await sendAll(targets.udp, await files("datagrams/", ".bin")),
    tcp: await sendAll(targets.tcp, await frames()),
    queue: await sendAll(targets.queue, await files("notifications/", ".body")),
  };
}

async function sendAll(url: string, messages: readonly Buffer[]): Promise<number> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  try {
    for (const message of messages) await publisher.send(message);
  } finally {
    await publisher.close();
  }
  return messages.length;
}

async function files(folder: string, ending: string): Promise<readonly Buffer[]> {
  const names = (await readdir(new URL(folder, CAPTURES))).filter((name) => name.endsWith(ending));
  return Promise.all(names.sort().map((name) => readFile(new URL(folder + name, CAPTURES))));
}

async function frames(): Promise<readonly Buffer[]> {
  const stream = await readFile(new URL("tcp/stream_20.0.0.bin", CAPTURES));
  return splitFrames(stream).flatMap((frame) => (frame.ok ? [frame.value] : []));
}
