import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { type ListenAddress, parseListenUrl } from "../listener/socket/listen-url.ts";
import { openQueue } from "../queue/queue-client.ts";
import { sendMessage } from "../queue/send-message.ts";
import type { SignedMessage } from "../signature/signed-message.ts";
import { encodeFrame } from "../wire/frame.ts";
import type { Destination } from "./canary-settings.ts";

/** Looking a name up and connecting takes milliseconds; the clients of SQS have limits of their own. */
const SOCKET_MS = 5_000;

/**
 * Sends one message, and waits until the system, or SQS, has taken it. Nothing is left open.
 *
 * @throws what the socket or SQS answers, and after some seconds without an answer a TimeoutError
 */
export async function sendOnce({ url }: Destination, message: SignedMessage, socketMs = SOCKET_MS): Promise<void> {
  const socket = parseListenUrl(url);
  if (!socket.ok) return sendToQueue(url, message);
  const ending = AbortSignal.timeout(socketMs);
  return socket.address.protocol === "udp"
    ? sendDatagram(socket.address, message.bytes, ending)
    : sendFrame(socket.address, message.bytes, ending);
}

async function sendToQueue(url: string, { bytes, attributes }: SignedMessage): Promise<void> {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  try {
    await sendMessage(queue, bytes.toString("utf8"), attributes);
  } finally {
    queue.client.destroy();
  }
}

async function sendDatagram({ host, port }: ListenAddress, bytes: Buffer, ending: AbortSignal): Promise<void> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    await settled(ending, (resolve, reject) => {
      socket.on("error", reject);
      socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    socket.close();
  }
}

async function sendFrame({ host, port }: ListenAddress, bytes: Buffer, ending: AbortSignal): Promise<void> {
  const socket = connect(port, host);
  try {
    await settled(ending, (resolve, reject) => {
      // For all of its life: an error that nobody hears ends the process.
      socket.on("error", reject);
      socket.once("finish", resolve);
      socket.end(encodeFrame(bytes));
    });
  } finally {
    socket.destroy();
  }
}

function settled(
  ending: AbortSignal,
  work: (resolve: () => void, reject: (reason: unknown) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    ending.addEventListener("abort", () => reject(ending.reason), { once: true });
    work(resolve, reject);
  });
}
