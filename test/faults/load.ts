import { createSocket, type Socket } from "node:dgram";
import { setTimeout as pause } from "node:timers/promises";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { key } from "../support/fixtures.ts";

export const LOAD_SECRET = "a secret of the fault scenarios";

const loadKey = key(LOAD_SECRET);

/** A genuine sample with this message id: of one of some resources, a second after the one before it. */
export function loadSample(index: number, id: string, secret = loadKey): ValueMap {
  const message = new Map<string, Value>([
    ["source", "openstack"],
    ["counter_name", "cpu"],
    ["counter_type", "delta"],
    ["counter_unit", "ns"],
    ["counter_volume", BigInt(index)],
    ["user_id", null],
    ["project_id", "f5a4b3c2d1e04f6a8b7c6d5e4f3a2b1c"],
    ["resource_id", `instance-${index % 50}`],
    ["timestamp", new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString().slice(0, -1)],
    ["resource_metadata", new Map([["display_name", `web-${index % 50}`]])],
    ["message_id", id],
  ]);
  return message.set("message_signature", sign(message, secret, "py3") ?? "");
}

/** So many datagrams with ids `PREFIX-0`, `PREFIX-1`, … */
export function loadDatagrams(count: number, prefix: string): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => encodeMsgpack(loadSample(index, `${prefix}-${index}`)));
}

/** A datagram socket that knows what it sent. */
export interface DatagramSender {
  /** Sends each at this rate; `until` ends it early. @returns how many were handed to the system */
  send(datagrams: Iterable<Buffer>, perSecond: number, until?: () => boolean): Promise<number>;
  close(): void;
}

/** How often a paced sender looks at the clock. */
const TICK_MS = 5;

export async function openSender(url: string): Promise<DatagramSender> {
  const { hostname, port } = new URL(url.replace("udp:", "http:"));
  const socket: Socket = createSocket("udp4");
  // While nobody listens, the system tells of each datagram that it was refused.
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    async send(datagrams, perSecond, until = () => false) {
      const started = performance.now();
      let sent = 0;
      let onTheWay = 0;
      for (const datagram of datagrams) {
        while (sent >= ((performance.now() - started) / 1_000) * perSecond || onTheWay > 200) await pause(TICK_MS);
        if (until()) break;
        sent++;
        onTheWay++;
        socket.send(datagram, Number(port), hostname, () => onTheWay--);
      }
      while (onTheWay > 0) await pause(TICK_MS);
      return sent;
    },
    close: () => socket.close(),
  };
}
