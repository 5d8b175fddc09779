import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "./json.ts";

/** As much of Docker's Engine API as it takes to be asked for a container. There is an image of any name, and no container. */
export interface FakeDocker {
  /** For DOCKER_HOST. */
  readonly url: string;
  /** The bodies of all requests to create a container, in order. */
  readonly created: readonly Json[];
  close(): Promise<void>;
}

const API_VERSION = "1.44";
const NOT_STARTED = "this daemon creates no containers: what was asked for is all that the rehearsal wants to know";

export async function startFakeDocker(): Promise<FakeDocker> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-docker-"));
  const path = join(folder, "docker.sock");
  const created: Json[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = (request.url ?? "").replace(/^\/v[0-9.]+/, "").replace(/\?.*/, "");
      if (asked === "/containers/create") created.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      answer(asked, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    url: `unix://${path}`,
    created,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answer(asked: string, response: ServerResponse): void {
  response.setHeader("Api-Version", API_VERSION);
  if (asked === "/_ping") {
    response.end("OK");
    return;
  }
  const [status, body] = answerTo(asked);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function answerTo(asked: string): readonly [status: number, body: Json] {
  if (asked === "/version") return [200, { ApiVersion: API_VERSION, MinAPIVersion: "1.24", Version: "28.0.0" }];
  if (/^\/images\/.+\/json$/.test(asked)) return [200, { Id: "sha256:00", RepoDigests: [], RepoTags: [] }];
  return [404, { message: NOT_STARTED }];
}
