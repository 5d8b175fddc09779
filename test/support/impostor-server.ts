import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "./loopback.ts";

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
  const loopback = await onLoopback(server);
  return {
    endpoint: loopback.url,
    get asked() {
      return asked;
    },
    close: loopback.close,
  };
}
