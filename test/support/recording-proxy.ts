import { once } from "node:events";
import { createServer, request } from "node:http";

/** One call of an AWS service that takes JSON. */
export interface RecordedCall {
  /** Such as `Query`. */
  readonly action: string;
  readonly body: string;
}

/** A way to a server that notes what it is asked, and changes nothing. */
export interface RecordingProxy {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

export async function startRecordingProxy(serverUrl: string): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer(async (asked, answer) => {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part);
    const body = Buffer.concat(parts);
    calls.push({ action: String(asked.headers["x-amz-target"]).replace(/^.*\./, ""), body: body.toString() });
    const handed = request(`${serverUrl}${asked.url}`, { method: asked.method, headers: asked.headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    handed.on("error", () => answer.destroy());
    handed.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
  return {
    url: `http://127.0.0.1:${bound.port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
