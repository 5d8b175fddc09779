import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import { objectAt, parseJson, textAt } from "./json.ts";

/** One call of AWS, by what a policy would have to say of it. */
export interface Call {
  /** The id of the key that it was signed with. */
  readonly signer: string;
  /** Such as `dynamodb:BatchWriteItem`. */
  readonly action: string;
  /** Tables, a queue's URL, a secret's ARN, a bucket, or a bucket and a key with a slash between. */
  readonly names: readonly string[];
}

/** Ways to services that note every call and change nothing. */
export interface CallRecorder {
  readonly calls: readonly Call[];
  /**
   * @param queues where the queues of that service say that they are, by the whole of which each is known
   * @returns where the service behind an endpoint is called through here
   */
  through(endpoint: string, queues?: string): Promise<string>;
  stop(): Promise<void>;
}

export function startCallRecorder(): CallRecorder {
  const calls: Call[] = [];
  const servers: Server[] = [];
  return {
    calls,
    async through(endpoint, queues = endpoint) {
      const server = createServer(async (asked, answer) => {
        const arrived = await buffer(asked).catch(() => undefined);
        if (arrived === undefined) return;
        calls.push(callOf(asked, arrived.toString("utf8")));
        const body = withOwnQueueUrl(asked, arrived, queues);
        const handed = request(
          `${endpoint}${asked.url}`,
          {
            method: asked.method,
            headers: { ...asked.headers, host: new URL(endpoint).host, "content-length": String(body.length) },
          },
          (answered) => {
            answer.writeHead(answered.statusCode ?? 502, answered.headers);
            answered.pipe(answer);
          },
        );
        handed.on("error", () => answer.destroy());
        answer.on("close", () => handed.destroy());
        handed.end(body);
      });
      servers.push(server.listen(0, "127.0.0.1"));
      await once(server, "listening");
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
      return `http://127.0.0.1:${bound.port}`;
    },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function withOwnQueueUrl({ headers }: IncomingMessage, body: Buffer, queues: string): Buffer {
  if (!String(headers["x-amz-target"]).startsWith("AmazonSQS.")) return body;
  return Buffer.from(body.toString("utf8").replaceAll(`http://${headers.host}/`, `${queues}/`));
}

const services: Readonly<Record<string, string>> = {
  AmazonSQS: "sqs",
  DynamoDB_20120810: "dynamodb",
  secretsmanager: "secretsmanager",
};

function callOf({ headers, method = "", url = "" }: IncomingMessage, body: string): Call {
  const signer = /Credential=([^/]+)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const [service, operation] = String(headers["x-amz-target"] ?? "").split(".");
  if (service === undefined || operation === undefined) return { signer, ...objectCall(method, url) };
  const asked = parseJson(body);
  const names = ["TableName", "QueueUrl", "SecretId"].map((name) => textAt(asked, name)).filter((name) => name !== "");
  return {
    signer,
    // Rights know no batches of SQS.
    action: `${services[service]}:${service === "AmazonSQS" ? operation.replace(/Batch$/, "") : operation}`,
    names: [...names, ...Object.keys(objectAt(asked, "RequestItems"))],
  };
}

function objectCall(method: string, url: string): Pick<Call, "action" | "names"> {
  const [path = ""] = url.split("?");
  const [bucket = "", ...key] = path.slice(1).split("/");
  const name = key.join("/");
  if (name === "") return { action: "s3:ListBucket", names: [bucket] };
  const actions: Readonly<Record<string, string>> = { PUT: "s3:PutObject", DELETE: "s3:DeleteObject" };
  return { action: actions[method] ?? "s3:GetObject", names: [`${bucket}/${decodeURIComponent(name)}`] };
}
