import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Checks, startChecks } from "../interop/checks.ts";
import { type Account, openAccount } from "./account.ts";
import { queueFunction } from "./deployed-function.ts";
import { type Figures, startFigures } from "./figures.ts";
import type { RuntimePaths } from "./function-process.ts";
import { layOutImage } from "./image.ts";
import { emittedMetrics, watchedMetrics } from "./metric-names.ts";
import { endProcesses, run } from "./processes.ts";
import { cacheFolder, pythonTools, samTool } from "./python-tools.ts";
import { checkAccess } from "./rehearse-access.ts";
import { rehearseDeploy } from "./rehearse-deploy.ts";
import { rehearseQueue } from "./rehearse-queue.ts";
import { rehearseSam } from "./rehearse-sam.ts";
import { lintTemplates } from "./rehearse-templates.ts";
import { rehearseUdp } from "./rehearse-udp.ts";
import { rehearseWithoutStorage } from "./rehearse-without-storage.ts";
import { type DeployedRuntime, deployedRuntime } from "./runtime-client.ts";
import { readTemplates, type Templates } from "./templates.ts";

/** Of the stages in cdk.json, the one that has every stack. */
const STAGE = "prod";
const SYNTH_WITHIN_MS = 90_000;
/** Every part has its own; this one is for what nobody thought of. */
const ALL_WITHIN_MS = 450_000;

const root = fileURLToPath(new URL("../../", import.meta.url));
const UDP = "the bundled UDP collector";
const DOCKERFILE = "functions/udp-collector/Dockerfile";

/** Runs what would be deployed, as nearly as on AWS as this machine can. */
async function main(checks: Checks, figures: Figures): Promise<void> {
  const templates = await synthesize(checks);
  if (templates === undefined) return;
  console.log(
    "installing Node 24, AWS's runtime client, cfn-lint, moto and sam where they are absent (2 minutes, once)",
  );
  const [runtime, commands, sam] = await Promise.all([deployedRuntime(), pythonTools(), samTool()]);
  const account = await openAccount(templates);
  const lines: string[] = [];
  try {
    lines.push(...(await queuePart(checks, figures, templates, account, runtime)));
    await account.unmark();
    lines.push(...(await udpPart(checks, figures, templates, account, runtime)));
  } finally {
    await account.stop();
  }
  metricsPart(checks, templates, lines, runtime);
  await accessPart(checks, templates, account, runtime);
  if (typeof commands === "string") {
    await guarded(checks, "cfn-lint", () => lintTemplates(checks, templates, commands));
    const paths = pathsOf(runtime);
    await guarded(checks, "deployment", () =>
      rehearseDeploy({ checks, templates, commands, runtime: "missing" in paths ? undefined : paths }),
    );
  } else {
    checks.skipped("cfn-lint", commands.missing);
    checks.skipped("deployment against moto", commands.missing);
  }
  if (typeof sam === "string") await guarded(checks, "sam local", () => rehearseSam(checks, sam));
  else checks.skipped("sam local invoke", sam.missing);
}

async function synthesize(checks: Checks): Promise<Templates | undefined> {
  const output = `${cacheFolder}cdk.out`;
  rmSync(output, { recursive: true, force: true });
  // Not what somebody has in stages.json.
  const ownFile = `${cacheFolder}stages.json`;
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(ownFile, "{}");
  const context = ["--context", `stage=${STAGE}`, "--context", `countersign:file=${ownFile}`];
  const args = ["synth", "--quiet", "--no-notices", ...context, "--output", output];
  const done = await run(`${root}node_modules/.bin/cdk`, args, { cwd: root, withinMs: SYNTH_WITHIN_MS });
  checks.same(`cdk synth of the stage ${STAGE}, cdk-nag included`, done.ok ? [] : [done.tail]);
  return done.ok ? readTemplates(output) : undefined;
}

async function queuePart(
  checks: Checks,
  figures: Figures,
  templates: Templates,
  account: Account,
  runtime: DeployedRuntime,
): Promise<readonly string[]> {
  const paths = pathsOf(runtime);
  if ("missing" in paths) {
    checks.skipped("the bundled function under AWS's runtime client", paths.missing);
    return [];
  }
  const deployed = queueFunction(templates);
  const rehearse = () => rehearseQueue({ checks, figures, account, deployed, runtime: paths });
  return (await guarded(checks, "the bundled function", rehearse)) ?? [];
}

async function udpPart(
  checks: Checks,
  figures: Figures,
  templates: Templates,
  account: Account,
  { node }: DeployedRuntime,
): Promise<readonly string[]> {
  if (typeof node !== "string") {
    checks.skipped(UDP, node.missing);
    return [];
  }
  const rehearse = async () => {
    const image = await layOutImage(templates, DOCKERFILE, node);
    try {
      const lines = (await guarded(checks, UDP, () => rehearseUdp({ checks, figures, account, image }))) ?? [];
      const without = () => rehearseWithoutStorage({ checks, account, image });
      return [...lines, ...((await guarded(checks, `${UDP} without storage`, without)) ?? [])];
    } finally {
      image.remove();
    }
  };
  return (await guarded(checks, UDP, rehearse)) ?? [];
}

async function accessPart(
  checks: Checks,
  templates: Templates,
  account: Account,
  runtime: DeployedRuntime,
): Promise<void> {
  const what = "calls of function and task, and their roles' rights";
  const paths = pathsOf(runtime);
  if ("missing" in paths) checks.skipped(what, paths.missing);
  else await guarded(checks, what, async () => checkAccess(checks, templates, account.calls()));
}

function metricsPart(checks: Checks, templates: Templates, lines: readonly string[], runtime: DeployedRuntime): void {
  const watched = watchedMetrics(templates);
  const what = `the ${watched.size} metrics of our own that alarms and scaling policies look at are really emitted`;
  const paths = pathsOf(runtime);
  if ("missing" in paths) {
    checks.skipped(what, paths.missing);
    return;
  }
  const emitted = emittedMetrics(lines);
  const never = Array.from(watched).filter(([metric]) => !emitted.has(metric));
  checks.same(
    what,
    watched.size === 0 ? ["there are none"] : never.map(([metric, by]) => `${metric}, for ${by.join(", ")}`),
  );
}

function pathsOf({ node, client }: DeployedRuntime): RuntimePaths | { readonly missing: string } {
  if (typeof node !== "string") return node;
  return typeof client === "string" ? { node, client } : client;
}

/** A part that throws has failed; the others go on. */
async function guarded<T>(checks: Checks, what: string, part: () => Promise<T>): Promise<T | undefined> {
  try {
    return await part();
  } catch (error) {
    checks.failed(what, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

// What is started here is no part of the terminal's process group, so a signal has to be passed on.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void endProcesses().then(() => process.exit(1)));
}
// The clients of this process only look at what was deployed, which runs on Node 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
const checks = startChecks();
const figures = startFigures();
const deadline = setTimeout(() => {
  checks.failed("the rehearsal", `not done within ${ALL_WITHIN_MS / 1_000} s`);
  checks.finish();
  void endProcesses().then(() => process.exit(1));
}, ALL_WITHIN_MS);
await guarded(checks, "the rehearsal", () => main(checks, figures));
await endProcesses();
clearTimeout(deadline);
figures.print();
process.exitCode = checks.finish() ? 0 : 1;
