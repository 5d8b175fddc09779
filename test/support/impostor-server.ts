import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

export interface GivenAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ImpostorServer {
  readonly endpoint: string;
  /** Requests so far. */
  readonly asked: number;
  close(): Promise<void>;
}

/** A server that answers every request the same, as a proxy in between or a page that asks to log in does. */
export async function startImpostor({ status = 200, headers = {}, body }: GivenAnswer): Promise<ImpostorServer> {
  let asked = 0;
  const server = createServer(async (request, response) => {
    await text(request);
    asked++;
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...headers });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
  return {
    endpoint: `http://127.0.0.1:${bound.port}`,
    get asked() {
      return asked;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
