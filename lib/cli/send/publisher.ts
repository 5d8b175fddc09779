import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { type ListenAddress, parseListenUrl } from "../../listener/socket/listen-url.ts";
import { openQueue, type Queue } from "../../queue/queue-client.ts";
import { sendMessage } from "../../queue/send-message.ts";
import type { MessageAttributes } from "../../sample/arrived.ts";
import { encodeFrame } from "../../wire/frame.ts";

/** The far side of a collector: sends one message at a time, and waits until the system has taken it. */
export interface Publisher {
  /** One datagram or frame, or for a queue the body of a message, with what stands beside it. */
  send(message: Buffer, attributes?: MessageAttributes): Promise<void>;
  close(): Promise<void>;
  /** A queue carries text: a datagram goes there as base64. */
  readonly carries: "bytes" | "text";
  /** Bytes up to which it pays to send many samples as one message. */
  readonly bestBytes: number;
}

/** A datagram that is not cut into fragments on its way, where one lost fragment loses all. */
const BEST_DATAGRAM = 1_400;
/** Enough for a few dozen samples; larger frames gain nothing. */
const BEST_FRAME = 65_507;
/** SQS charges for every 64 KiB; the attributes count as well. */
const BEST_QUEUE_MESSAGE = 64_000;

/** @param url `udp://HOST:PORT`, `tcp://HOST:PORT` or a queue's URL */
export async function openPublisher(url: string): Promise<Publisher | { readonly problem: string }> {
  if (/^https?:/.test(url)) {
    const queue = openQueue(url);
    return "problem" in queue ? queue : queuePublisher(queue);
  }
  const parsed = parseListenUrl(url);
  if (!parsed.ok) return { problem: `--to ${parsed.problem}` };
  return parsed.address.protocol === "udp" ? udpPublisher(parsed.address) : tcpPublisher(parsed.address);
}

function udpPublisher({ host, port }: ListenAddress): Publisher {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return {
    carries: "bytes",
    bestBytes: BEST_DATAGRAM,
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

async function tcpPublisher({ host, port }: ListenAddress): Promise<Publisher> {
  const socket = connect(port, host);
  await once(socket, "connect");
  let failure: Error | undefined;
  socket.on("error", (error) => {
    failure = error;
  });
  return {
    carries: "bytes",
    bestBytes: BEST_FRAME,
    async send(message) {
      if (failure === undefined && !socket.write(encodeFrame(message))) {
        await Promise.race([once(socket, "drain"), once(socket, "close")]);
      }
      if (failure !== undefined || socket.destroyed) throw failure ?? new Error("the collector closed the connection");
    },
    async close() {
      if (socket.destroyed) return;
      const closed = once(socket, "close");
      socket.end();
      socket.resume();
      await closed;
    },
  };
}

function queuePublisher(queue: Queue): Publisher {
  return {
    carries: "text",
    bestBytes: BEST_QUEUE_MESSAGE,
    send: (message, attributes) => sendMessage(queue, message.toString("utf8"), attributes),
    close: async () => queue.client.destroy(),
  };
}
