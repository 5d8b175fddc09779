import { eventually } from "../support/eventually.ts";
import { start } from "./processes.ts";
import { REGION } from "./resolve.ts";

/** moto: AWS's services, CloudFormation among them, as far as their interfaces go. */
export interface StandInAws {
  readonly endpoint: string;
  /** Credentials, region and endpoint for a process or the CDK's command line. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

/** @param commands the folder with moto's command */
export async function startStandInAws(commands: string): Promise<StandInAws> {
  const server = start(`${commands}/moto_server`, ["-H", "127.0.0.1", "-p", "0"]);
  const port = () => /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(server.tail())?.[1];
  await eventually("moto listens", () => port() !== undefined, READY_WITHIN_MS);
  // By name: it tells apart its services' addresses, and S3's buckets, by the host that it is called by.
  const endpoint = `http://localhost:${port()}`;
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: "rehearsal",
      AWS_SECRET_ACCESS_KEY: "rehearsal",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    stop: () => server.kill(),
  };
}
