import { S3Client } from "@aws-sdk/client-s3";
import { buildApp } from "fauxqs";

/** What arrives; the fault to answer with instead, or undefined to let it through. */
export type Fault = (request: {
  method: string;
  url: string;
  headers: Readonly<Record<string, unknown>>;
}) => { status: number; code: string } | undefined | Promise<{ status: number; code: string } | undefined>;

export interface S3Server {
  readonly endpoint: string;
  /** `PUT /bucket/key`, one for each request that came, without its query. */
  readonly requests: string[];
  /** Set for a test that needs the service to fail. */
  fault: Fault | undefined;
  /** A client of its own, which the caller destroys. @param endpoint another way to it */
  client(endpoint?: string): S3Client;
  close(): Promise<void>;
}

/** An S3 that speaks the real protocol on this machine, holding everything in memory. */
export async function startS3Server(): Promise<S3Server> {
  const app = buildApp({ logger: false });
  const requests: string[] = [];
  const server: S3Server = {
    endpoint: "",
    requests,
    fault: undefined,
    client: (endpoint = server.endpoint) =>
      new S3Client({
        endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
        forcePathStyle: true,
      }),
    close: () => app.close(),
  };
  app.addHook("onRequest", async (request, reply) => {
    const { method, url, headers } = request;
    requests.push(`${method} ${decodeURIComponent(url.split("?")[0] ?? "")}`);
    const fault = await server.fault?.({ method, url, headers });
    if (fault === undefined) return;
    const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${fault.code}</Code><Message>on purpose</Message></Error>`;
    await reply.header("content-type", "application/xml").code(fault.status).send(body);
  });
  return Object.assign(server, { endpoint: await app.listen({ port: 0, host: "127.0.0.1" }) });
}
