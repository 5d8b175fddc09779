import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Checks } from "../interop/checks.ts";
import { startFakeDocker } from "./fake-docker.ts";
import { type Json, listAt, objectAt, textAt } from "./json.ts";
import { run } from "./processes.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FUNCTION = "QueueCollectorFunction79F7EBAC";
const WITHIN_MS = 90_000;

/**
 * Runs AWS's own `sam local invoke` as docs/deploy.md says it, on a synthesized stage, and looks at the container that it
 * asks Docker for: the rest is Docker's and Lambda's.
 *
 * @param commands the folder of the command `sam`
 */
export async function rehearseSam(checks: Checks, commands: string): Promise<void> {
  const output = join(root, "cdk.out");
  const synthesized = await run("npm", ["run", "--silent", "synth:sam"], { cwd: root, withinMs: WITHIN_MS });
  checks.same("npm run synth:sam", synthesized.ok ? [] : [synthesized.tail]);
  if (!synthesized.ok) return;
  const docker = await startFakeDocker();
  try {
    const asked = await run(join(commands, "sam"), samArguments(), {
      cwd: root,
      withinMs: WITHIN_MS,
      env: { ...process.env, DOCKER_HOST: docker.url, SAM_CLI_TELEMETRY: "0" },
    });
    const [container] = docker.created;
    if (container === undefined) checks.failed("sam local invoke asks for a container", asked.tail);
    else checks.same("the container that sam local invoke asks for", differences(container, output));
  } finally {
    await docker.close();
  }
}

/** The documented command itself, so that the page and this can't part. */
function samArguments(): readonly string[] {
  const page = readFileSync(join(root, "docs/deploy.md"), "utf8").replaceAll("\\\n", " ");
  const [, documented] = /sam (local invoke [^\n]+)/.exec(page) ?? [];
  if (documented === undefined) throw new Error("docs/deploy.md has no sam local invoke");
  return [...documented.trim().split(/\s+/), "--skip-pull-image"];
}

function differences(container: Json, output: string): readonly string[] {
  const host = objectAt(container, "HostConfig");
  const variables = listAt(container, "Env").map(String);
  const own = objectAt(JSON.parse(readFileSync(join(root, "events/environment.json"), "utf8")), FUNCTION);
  const missing = Object.entries(own)
    .map(([name, value]) => `${name}=${value}`)
    .filter((one) => !variables.includes(one));
  const [mounted = ""] = listAt(host, "Binds").map(String);
  const [published = {}] = listAt(objectAt(host, "PortBindings"), "8080/tcp");
  return [
    ...missing.map((one) => `no variable ${one}`),
    ...(variables.includes("AWS_LAMBDA_FUNCTION_HANDLER=index.handler") ? [] : ["another handler"]),
    ...different("image", textAt(container, "Image"), /^public\.ecr\.aws\/lambda\/nodejs:24[^/]*arm64$/),
    ...different("code", mounted, new RegExp(`^${output}/asset\\.[0-9a-f]+:/var/task:ro`)),
    ...different("host entry", JSON.stringify(listAt(host, "ExtraHosts")), /^\["dynamodb\.localhost:host-gateway"\]$/),
    ...different("network", textAt(host, "NetworkMode"), /^default$/),
    ...different("address of its port", textAt(published, "HostIp"), /^127\.0\.0\.1$/),
  ];
}

function different(what: string, found: string, expected: RegExp): readonly string[] {
  return expected.test(found) ? [] : [`${what}: ${found} is not ${expected}`];
}
