import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Where a server of DynamoDB and S3 answers that stores nothing, and how AWS's clients reach it. */
export interface Answering {
  readonly aws: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): void;
}

/** Starts it in a process of its own, so that its work is not measured. */
export async function startAnswering(): Promise<Answering> {
  const script = fileURLToPath(new URL("answering-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  return {
    aws: {
      endpoint: `http://127.0.0.1:${String(port).trim()}`,
      region: "us-east-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    },
    stop: () => void child.stdin.end(),
  };
}
