import { connect, createServer, type Socket } from "node:net";
import { onLoopback } from "./loopback.ts";

/** A way to a server that can be muted: it goes on accepting, and neither hands anything on nor answers. */
export interface MuteProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  mute(): void;
  /** What connects from now on is handed on again; what was muted stays so. */
  unmute(): void;
  close(): Promise<void>;
}

export async function startMuteProxy(serverUrl: string): Promise<MuteProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const ways = new Set<() => void>();
  let isMute = false;
  const track = (socket: Socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
  };
  const server = createServer((inside) => {
    track(inside);
    if (isMute) {
      inside.resume();
      return;
    }
    const outside = connect(Number(target.port), target.hostname);
    track(outside);
    inside.pipe(outside).pipe(inside);
    inside.on("close", () => outside.destroy());
    outside.on("close", () => inside.destroy());
    const cut = () => {
      inside.unpipe(outside).resume();
      outside.unpipe(inside).resume();
    };
    ways.add(cut);
    inside.on("close", () => ways.delete(cut));
  });
  const loopback = await onLoopback(server);
  return {
    url: loopback.url,
    mute() {
      isMute = true;
      for (const cut of ways) cut();
    },
    unmute() {
      isMute = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await loopback.close();
    },
  };
}
