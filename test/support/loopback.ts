import { once } from "node:events";
import { Server as HttpServer } from "node:http";
import type { Server } from "node:net";

/** A server on a free port of this machine. */
export interface Loopback {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Ends an HTTP server's connections; those of others are for their owner to end first. */
  close(): Promise<void>;
}

export async function onLoopback(server: Server): Promise<Loopback> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
  return {
    port: bound.port,
    url: `http://127.0.0.1:${bound.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      if (server instanceof HttpServer) server.closeAllConnections();
      await closed;
    },
  };
}
