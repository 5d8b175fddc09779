import { openPublisher } from "../../lib/cli/send/publisher.ts";

/** Sends datagrams or frames, one after another. */
export async function publish(url: string, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}
