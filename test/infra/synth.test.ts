import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Stack, Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { context, emptyApp, forTools, root, stageSettings, synthesizeBundled } from "./synthesized.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-app-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In the place of what somebody has in stages.json. */
const ownFile = join(folder, "stages.json");
writeFileSync(ownFile, "{}");

/** Runs the app as the command line does, in an environment without credentials or Docker. */
function runApp(changes: Record<string, unknown>, output: string) {
  return spawnSync(process.execPath, ["--import", "tsx", "bin/app.ts"], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      // Any use of a container engine fails, also where one is installed.
      CDK_DOCKER: join(folder, "no-docker"),
      HOME: folder,
      // CDK calls esbuild through npx, which in a new home asks the registry whether there is a newer npm.
      npm_config_update_notifier: "false",
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, "countersign:file": ownFile, ...changes }),
    },
  });
}

function filesOf(output: string): Readonly<Record<string, string>> {
  const names = readdirSync(output).filter((name) => /\.(template|assets)\.json$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(output, name), "utf8")]));
}

describe("the app", () => {
  it("passes cdk-nag and CDK's own rules, needs no Docker, and gives the same bytes twice", () => {
    // As deep as the other one: sources in a source map are relative to it.
    const output = mkdtempSync(join(tmpdir(), "countersign-synth-"));
    onTestFinished(() => rmSync(output, { recursive: true, force: true }));
    const { status, stderr } = runApp({ ...forTools, stage: "prod" }, output);
    expect({ status, stderr: findingsIn(stderr) }).toEqual({ status: 0, stderr: [] });
    const files = filesOf(output);
    expect(Object.keys(files)).toEqual([
      "Countersign-prod-udp.assets.json",
      "Countersign-prod-udp.template.json",
      "Countersign-prod.assets.json",
      "Countersign-prod.template.json",
    ]);
    // The other time is in this process, as the tests of templates have it.
    expect(filesOf(synthesizeBundled(stageSettings("prod")).directory)).toEqual(files);
  }, 60_000);

  it("would not pass with a finding", () => {
    const app = emptyApp();
    new Bucket(new Stack(app, "Test"), "Bucket");
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow("AwsSolutions-S1");
  });

  it("names every problem of the settings at once, and makes nothing", () => {
    const stages = { broken: { tables: "no", udp: { clientCidrs: [] }, retention: 5 } };
    const brokenFile = join(folder, "broken.json");
    writeFileSync(brokenFile, JSON.stringify(stages));
    const { status, stderr } = runApp({ stage: "broken", "countersign:file": brokenFile }, join(folder, "broken"));
    expect(status).toBe(1);
    expect(stderr).toContain(`the settings can't be used:
  broken.json.broken.tables: expected true or false, got "no"
  broken.json.broken.udp.clientCidrs: name the networks that publishers send from, such as 10.20.0.0/16, got []
  broken.json.broken.retention: no such setting`);
  }, 60_000);
});

function findingsIn(stderr: string): readonly string[] {
  return stderr.split("\n").filter((line) => /error|warning|AwsSolutions/i.test(line));
}
