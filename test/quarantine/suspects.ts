import type { MessageAttributes, Suspect } from "../../lib/sample/arrived.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import type { Rejection } from "../../lib/sample/rejection.ts";

export const RECEIVED_AT = Date.UTC(2026, 10, 22, 10, 0, 0, 123);

const undecodable: Rejection = { reason: "undecodable", detail: "not msgpack" };

/** A datagram or frame that was rejected. */
export function aDatagram(
  content: string | Uint8Array,
  { rejected = [undecodable], ...receipt }: Partial<Receipt> & { rejected?: readonly Rejection[] } = {},
): Suspect {
  return {
    arrived: {
      form: "bytes",
      bytes: Buffer.from(content),
      receipt: { listener: "udp", address: "10.0.0.1", receivedAt: RECEIVED_AT, ...receipt },
    },
    rejected,
  };
}

/** A queue's message that was rejected. */
export function aQueueMessage(
  text: string,
  {
    rejected = [undecodable],
    attributes = {},
  }: { rejected?: readonly Rejection[]; attributes?: MessageAttributes } = {},
): Suspect {
  const receipt: Receipt = { listener: "queue", address: undefined, receivedAt: RECEIVED_AT };
  return { arrived: { form: "text", text, attributes, receipt }, rejected };
}
