import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Checks } from "../interop/checks.ts";
import { deployable } from "./deployable.ts";
import { queueFunction } from "./deployed-function.ts";
import {
  deployedDifferences,
  deployedEnvironment,
  goneAfterDestroy,
  missingAfterDestroy,
} from "./deployed-resources.ts";
import { type RuntimePaths, startFunction } from "./function-process.ts";
import { run } from "./processes.ts";
import { eventOf, genuineMessages } from "./queue-events.ts";
import { rehearseChanges } from "./rehearse-changes.ts";
import { rehearseDoctor } from "./rehearse-doctor.ts";
import { ACCOUNT, REGION } from "./resolve.ts";
import { type StandInAws, startStandInAws } from "./stand-in-aws.ts";
import type { Templates } from "./templates.ts";

export interface DeployRehearsal {
  readonly checks: Checks;
  readonly templates: Templates;
  /** The folder with moto's command. */
  readonly commands: string;
  /** To run what was deployed; undefined where this machine can't. */
  readonly runtime: RuntimePaths | undefined;
}

const cdk = fileURLToPath(new URL("../../node_modules/.bin/cdk", import.meta.url));
const CDK_WITHIN_MS = 60_000;
const SECRET = "a secret that was deployed";

/** Bootstraps an account, deploys storage and queue side twice, uses them, and destroys them. */
export async function rehearseDeploy(rehearsal: DeployRehearsal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-deploy-"));
  try {
    const aws = await startStandInAws(rehearsal.commands);
    try {
      await deployAndDestroy(rehearsal, aws, folder);
    } finally {
      await aws.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deployAndDestroy(rehearsal: DeployRehearsal, aws: StandInAws, folder: string): Promise<void> {
  const { checks } = rehearsal;
  const secretArn = await createSecret(aws);
  const templates = deployable(rehearsal.templates, join(folder, "assembly"), secretArn);
  const { stack } = queueStack(templates);
  const home = join(folder, "home");
  mkdirSync(home);
  const cdkOver = async (assembly: Templates, what: string, ...args: readonly string[]) => {
    const done = await run(cdk, ["--app", assembly.folder, "--no-notices", ...args], {
      withinMs: CDK_WITHIN_MS,
      // No profile, cache or version of the user's own has a say in it.
      env: { PATH: process.env.PATH, HOME: home, CI: "true", ...aws.environment },
    });
    checks.same(what, done.ok ? [] : [done.tail]);
    return done;
  };
  const command = (what: string, ...args: readonly string[]) => cdkOver(templates, what, ...args);
  await command("cdk bootstrap", "bootstrap", `aws://${ACCOUNT}/${REGION}`);
  const deploy = ["deploy", stack, "--exclusively", "--require-approval", "never"] as const;
  const first = await command(`cdk deploy ${stack}`, ...deploy);
  if (!first.ok) return;
  const second = await command("a second cdk deploy", ...deploy);
  const unchanged = second.tail.includes("(no changes)");
  checks.same("the second deploy changes nothing", unchanged ? [] : [second.tail]);
  checks.same(
    "tables, queues, buckets and event source are what the template says",
    await deployedDifferences(aws, templates),
  );
  await useDeployed(rehearsal, templates, aws);
  await command(`cdk destroy ${stack}`, "destroy", stack, "--exclusively", "--force");
  checks.same("after destroy, all that holds samples is still there", await missingAfterDestroy(aws, templates));
  checks.same("after destroy, the function and its event source are gone", await goneAfterDestroy(aws));
  await rehearseDoctor({ checks, aws, folder, secretArn, cdkOver, runtime: rehearsal.runtime });
  await rehearseChanges({ checks, aws, folder, secretArn, cdkOver });
}

/** The stack with the queue side, and storage. */
function queueStack(templates: Templates): { readonly stack: string } {
  const [source] = templates.ofType("AWS::Lambda::EventSourceMapping");
  if (source === undefined) throw new Error("no stack has an event source");
  return source;
}

/** The deployed function's own environment, on the deployed tables and bucket. */
async function useDeployed({ checks, runtime }: DeployRehearsal, templates: Templates, aws: StandInAws): Promise<void> {
  if (runtime === undefined) return;
  const deployed = queueFunction(templates);
  const environment = await deployedEnvironment(aws);
  // By number: with a name the client would put the bucket in front of it, where nobody answers.
  const endpoint = { AWS_ENDPOINT_URL: aws.endpoint.replace("localhost", "127.0.0.1") };
  const running = await startFunction(runtime, { ...deployed, environment }, { ...aws.environment, ...endpoint });
  const answer =
    running.started.kind === "ready" ? await running.invoke(eventOf(genuineMessages(SECRET, 1, 20))) : running.started;
  await running.stop();
  const ok = JSON.stringify(answer) === '{"kind":"response","value":{"batchItemFailures":[]}}';
  checks.same(
    "with the environment that was deployed, the function records samples",
    ok ? [] : [JSON.stringify(answer)],
  );
}

async function createSecret({ endpoint }: StandInAws): Promise<string> {
  const credentials = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };
  const client = new SecretsManagerClient({ endpoint, region: REGION, credentials });
  const SecretString = JSON.stringify({ current: SECRET });
  const { ARN } = await client.send(new CreateSecretCommand({ Name: "signing", SecretString }));
  client.destroy();
  if (ARN === undefined) throw new Error("moto made a secret without an ARN");
  return ARN;
}
