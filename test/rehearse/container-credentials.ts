import { createServer } from "node:http";
import { onLoopback } from "../support/loopback.ts";

/** The place inside a task where the SDK gets its credentials, as ECS gives it to a container with a role. */
export interface ContainerCredentials {
  /** What ECS sets in the container. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ids of the keys given so far, one for each request. */
  readonly given: readonly string[];
  stop(): Promise<void>;
}

/** The SDK renews what is valid for less than five minutes: these are good, and renewed every two seconds. */
const VALID_MS = 302_000;
/** How the ids of these keys begin. */
export const CONTAINER_SIGNERS = "ASIAREHEARSAL";
const TOKEN = "a token of the rehearsal";

export async function startContainerCredentials(): Promise<ContainerCredentials> {
  const given: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization !== TOKEN) {
      response.writeHead(403).end();
      return;
    }
    const AccessKeyId = `${CONTAINER_SIGNERS}${given.length + 1}`;
    given.push(AccessKeyId);
    const Expiration = new Date(Date.now() + VALID_MS).toISOString();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ AccessKeyId, SecretAccessKey: "rehearsal", Token: "a session", Expiration }));
  });
  const loopback = await onLoopback(server);
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${loopback.url}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: TOKEN,
      // Nobody is asked beyond this machine, if these are not found.
      AWS_EC2_METADATA_DISABLED: "true",
    },
    given,
    stop: loopback.close,
  };
}
