import { randomUUID } from "node:crypto";
import { isValueMap, type ValueMap } from "../lib/sample/value.ts";
import { sign } from "../lib/signature/legacy/sign.ts";
import { encodeMsgpack } from "../lib/wire/msgpack-writer.ts";
import { captureKey } from "./fresh-samples.ts";

/**
 * One poll of one meter of each of some resources, all different: captures, under a resource and with a name in their
 * metadata of their own.
 *
 * @param first the first resource's number
 * @param time milliseconds since 1970
 */
export function pollOf(captures: readonly ValueMap[], first: number, count: number, time: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const message = new Map(captures[number % captures.length]);
    const metadata = message.get("resource_metadata");
    message.set("resource_id", `resource-${number}`);
    message.set("resource_metadata", new Map(isValueMap(metadata) ? metadata : []).set("display_name", `vm-${number}`));
    message.set("message_id", randomUUID());
    message.set("timestamp", new Date(time).toISOString().replace("Z", "000"));
    message.set("message_signature", sign(message, captureKey, "py3") ?? "");
    return Buffer.from(encodeMsgpack(message));
  });
}
