import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { Queue } from "../queue-client.ts";
import type { Forwarded } from "./dead-letter.ts";

/** The fate of messages that were sent, by their positions. */
export interface Sendings {
  /** Why it was refused; undefined if it was sent. */
  readonly refusals: readonly (string | undefined)[];
  /** A whole call failed: the queue can't be reached, or does not let us in. */
  readonly broken: boolean;
}

/** Every server takes so much in one call; a larger message goes alone. */
const BYTES_A_CALL = 262_144;
const TOO_LARGE = "too large for the queue of --to";

/** @param messages ten at most: SQS takes no more in one call */
export async function forwardMessages(queue: Queue, messages: readonly Forwarded[]): Promise<Sendings> {
  const refusals: (string | undefined)[] = messages.map(() => "the send was refused: no answer");
  let broken = false;
  for (const group of inGroups(messages)) {
    const Entries = group.map((index) => ({
      Id: String(index),
      MessageBody: messages[index]?.body,
      MessageAttributes: { ...messages[index]?.attributes },
    }));
    try {
      const answer = await queue.client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
      for (const { Id } of answer.Successful ?? []) refusals[Number(Id)] = undefined;
      for (const { Id, Code, Message } of answer.Failed ?? []) refusals[Number(Id)] = refusal(Code, Message);
    } catch (error) {
      const why = error instanceof Error ? refusal(error.name, error.message) : refusal(undefined, undefined);
      broken ||= why !== TOO_LARGE;
      for (const index of group) refusals[index] = why;
    }
  }
  return { refusals, broken };
}

function inGroups(messages: readonly Forwarded[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let room = 0;
  for (const [index, { bytes }] of messages.entries()) {
    const group = groups.at(-1);
    if (group !== undefined && bytes <= room) {
      group.push(index);
      room -= bytes;
    } else {
      groups.push([index]);
      room = BYTES_A_CALL - bytes;
    }
  }
  return groups;
}

function refusal(code = "unknown", message = ""): string {
  if (/TooLong|TooLarge/.test(code) || /must be shorter than|longer than/.test(message)) return TOO_LARGE;
  return `the send was refused: ${code}`;
}
