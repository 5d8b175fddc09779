import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ListenAddress } from "../../listener/socket/listen-url.ts";
import { encodeFrame } from "../../wire/frame.ts";
import { CONNECT_WITHIN_MS, REFUSED_WITHIN_MS } from "../finding/limits.ts";

/** Where to send for a listener's address: one that stands for every address of the machine is none to send to. */
function targetOf({ host }: ListenAddress): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/**
 * Sends datagrams from one socket.
 *
 * @throws what the system or the far side answers, as far as there is an answer: mostly nobody tells that a port is closed
 */
export async function sendDatagrams(address: ListenAddress, datagrams: readonly Uint8Array[]): Promise<void> {
  const host = targetOf(address);
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  // Connected, so that it is told of a refusal.
  let failed: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => undefined);
  socket.on("error", failed);
  try {
    socket.connect(address.port, host);
    await Promise.race([once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_WITHIN_MS) }), failure]);
    for (const datagram of datagrams) {
      await Promise.race([sent(socket, datagram), failure]);
    }
    const waited = new Promise<void>((resolve) => setTimeout(resolve, REFUSED_WITHIN_MS));
    await Promise.race([waited, failure]);
  } finally {
    socket.close();
  }
}

function sent(socket: ReturnType<typeof createSocket>, datagram: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(datagram, (error) => (error === null ? resolve() : reject(error)));
  });
}

/**
 * Sends frames over one connection, and closes it. No frames: only sees whether there is a connection.
 *
 * @throws what kept them from being sent
 */
export async function sendFrames(address: ListenAddress, frames: readonly Uint8Array[]): Promise<void> {
  const socket = connect(address.port, targetOf(address));
  try {
    await soon(socket, "connect");
    for (const frame of frames) socket.write(encodeFrame(frame));
    const closed = soon(socket, "close");
    socket.resume();
    socket.end();
    await closed;
  } finally {
    socket.destroy();
  }
}

async function soon(socket: Socket, event: "connect" | "close"): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(CONNECT_WITHIN_MS) });
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    throw new Error(`nobody answers within ${CONNECT_WITHIN_MS / 1_000} s`, { cause: error });
  }
}
