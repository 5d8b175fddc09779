import { createServer, type IncomingHttpHeaders, request } from "node:http";
import { onLoopback } from "./loopback.ts";

/** One call of an AWS service. */
export interface RecordedCall {
  /** Such as `Query`, of a service that takes JSON; `undefined` of others. */
  readonly action: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A way to a server that notes what it is asked, and changes nothing but for what it is told to. */
export interface RecordingProxy {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

/** @param changed makes of a body that is text what the server is to get in its place */
export async function startRecordingProxy(
  serverUrl: string,
  changed?: (call: RecordedCall) => string,
): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer(async (asked, answer) => {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part);
    const bytes = Buffer.concat(parts);
    const { method = "GET", url: path = "/", headers } = asked;
    const action = String(headers["x-amz-target"]).replace(/^.*\./, "");
    const call: RecordedCall = { action, method, path, headers, body: bytes.toString() };
    calls.push(call);
    const other = changed?.(call) ?? call.body;
    const body = other === call.body ? bytes : Buffer.from(other);
    const length = body === bytes ? {} : { "content-length": String(body.length) };
    const options = { method, headers: { ...headers, ...length } };
    const handed = request(`${serverUrl}${path}`, options, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    handed.on("error", () => answer.destroy());
    handed.end(body);
  });
  const loopback = await onLoopback(server);
  return {
    url: loopback.url,
    calls,
    close: loopback.close,
  };
}
