import { readFile } from "node:fs/promises";
import type { Value } from "../../sample/value.ts";
import { splitFrames } from "../../wire/frame.ts";
import { encodeMsgpack } from "../../wire/msgpack-writer.ts";
import { type FileFormat, messagesOf } from "../command/captured-file.ts";
import type { Problem } from "../command/verification-options.ts";
import type { Publisher } from "./publisher.ts";

/** The messages of captured files as they were signed, each as one message for the publisher. */
export async function capturedMessages(
  files: readonly string[],
  format: FileFormat,
  publisher: Publisher,
): Promise<readonly Buffer[] | Problem> {
  const messages: Buffer[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    if (format === "envelope" && publisher.carries === "text") messages.push(bytes);
    else {
      const datagrams = toDatagrams(bytes, format);
      if ("problem" in datagrams) return { problem: `${file}: ${datagrams.problem}` };
      messages.push(...datagrams.map((datagram) => forPublisher(datagram, publisher)));
    }
  }
  return messages;
}

/** The messages inside captured files, to be signed anew. */
export async function capturedValues(
  files: readonly string[],
  format: FileFormat,
): Promise<readonly Value[] | Problem> {
  const values: Value[] = [];
  for (const file of files) {
    for (const message of messagesOf(await readFile(file), format)) {
      if (!message.ok) return { problem: `${file}: ${message.detail}` };
      values.push(message.value);
    }
  }
  return values;
}

/** Starts over as often as it takes to give so many. */
export function* repeated<Item>(items: readonly Item[], count: number): Generator<Item> {
  for (let given = 0; given < count && items.length > 0; ) {
    for (const item of items) {
      if (given++ >= count) return;
      yield item;
    }
  }
}

/** Datagrams and frames go out byte for byte, also bad ones; the messages of an envelope are packed anew. */
function toDatagrams(bytes: Buffer, format: FileFormat): readonly Buffer[] | Problem {
  if (format === "datagram") return [bytes];
  const parts = format === "frames" ? splitFrames(bytes) : messagesOf(bytes, format);
  const datagrams: Buffer[] = [];
  for (const part of parts) {
    if (!part.ok) return { problem: part.detail };
    datagrams.push(Buffer.isBuffer(part.value) ? part.value : encodeMsgpack(part.value));
  }
  return datagrams;
}

export function forPublisher(datagram: Buffer, publisher: Publisher): Buffer {
  return publisher.carries === "text" ? Buffer.from(datagram.toString("base64")) : datagram;
}
