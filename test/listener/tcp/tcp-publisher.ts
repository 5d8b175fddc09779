import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface TcpPublisher {
  readonly port: number;
  /** True once the listener has closed the connection. */
  readonly closed: boolean;
  /** Resolves when the system has taken the bytes. */
  send(...parts: readonly Uint8Array[]): Promise<void>;
  /** Sends without waiting, for a listener that does not read. */
  post(bytes: Uint8Array): void;
  /** Says that no more will come. */
  end(): void;
  /** Breaks the connection off. */
  reset(): void;
  destroy(): void;
}

/** @param from one of this machine's own addresses to send from */
export async function openPublisher(url: string, from?: string): Promise<TcpPublisher> {
  const { hostname, port } = new URL(url.replace("tcp:", "http:"));
  const socket: Socket = connect({
    host: hostname.replace(/[[\]]/g, ""),
    port: Number(port),
    noDelay: true,
    localAddress: from,
  });
  let closed = false;
  await once(socket, "connect");
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed = true;
  });
  // A close is seen only by one who reads.
  socket.resume();
  return {
    port: socket.localPort ?? 0,
    get closed() {
      return closed;
    },
    async send(...parts) {
      for (const part of parts) {
        await new Promise<void>((resolve, reject) =>
          socket.write(part, (error) => (error ? reject(error) : resolve())),
        );
      }
    },
    post: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
    destroy: () => socket.destroy(),
  };
}
