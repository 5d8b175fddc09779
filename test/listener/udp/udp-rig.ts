import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach } from "vitest";
import { createPendingMessages } from "../../../lib/dispatch/pending-messages.ts";
import { createRecentlyRecorded } from "../../../lib/dispatch/recently-recorded.ts";
import { createRecordQueue, type RecordQueueOptions } from "../../../lib/dispatch/record-queue.ts";
import {
  createUdpListener,
  type UdpListener,
  type UdpListenerOptions,
} from "../../../lib/listener/udp/udp-listener.ts";
import { judge } from "../genuine.ts";

type Options = Partial<UdpListenerOptions> & Pick<RecordQueueOptions, "driver">;

/** Makes listeners for the tests of one file, and stops them after each test. */
export function udpRig() {
  const listeners: UdpListener[] = [];

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
  });

  return {
    listen({ driver, ...options }: Options, queueOptions: Partial<RecordQueueOptions> = {}) {
      const queue = createRecordQueue({ driver, lingerMs: 1, ...queueOptions });
      const listener = createUdpListener({
        host: "127.0.0.1",
        port: 0,
        judge,
        queue,
        recent: createRecentlyRecorded(),
        pending: createPendingMessages(),
        ...options,
      });
      listeners.push(listener);
      return { listener, queue };
    },
  };
}

/** Sends each from one socket, and waits until the system has taken it. Returns the sender's port. */
export async function sendDatagrams(url: string, messages: readonly Uint8Array[]): Promise<number> {
  const { hostname, port } = new URL(url.replace("udp:", "http:"));
  const isV6 = hostname.startsWith("[");
  const socket = createSocket(isV6 ? "udp6" : "udp4");
  socket.connect(Number(port), isV6 ? hostname.slice(1, -1) : hostname);
  await once(socket, "connect");
  const sender = socket.address().port;
  try {
    for (const message of messages) {
      await new Promise<void>((resolve, reject) =>
        socket.send(message, (error) => (error === null ? resolve() : reject(error))),
      );
    }
  } finally {
    socket.close();
  }
  return sender;
}
