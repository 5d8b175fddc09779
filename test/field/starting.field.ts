import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openWorld, type World } from "./world.ts";

/** The first minutes: what a newcomer's machine does to `npm start`. */

const root = fileURLToPath(new URL("../../", import.meta.url));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

/** A copy of ours with only these packages, as npm leaves it while NODE_ENV is production. */
function installed(...packages: readonly string[]): string {
  const folder = world.path("installed");
  mkdirSync(`${folder}/node_modules/@aws-sdk`, { recursive: true });
  for (const part of ["bin", "lib", "package.json"]) cpSync(`${root}${part}`, `${folder}/${part}`, { recursive: true });
  for (const name of packages) symlinkSync(`${root}node_modules/${name}`, `${folder}/node_modules/${name}`);
  return folder;
}

function run(folder: string, ...args: readonly string[]) {
  const done = spawnSync(process.execPath, [`${folder}/bin/countersign.js`, ...args], { encoding: "utf8" });
  return { code: done.status, err: done.stderr };
}

describe("npm start after NODE_ENV=production npm ci", () => {
  it.skipIf(process.features.typescript !== false && process.features.typescript !== undefined)(
    "says on a Node that can't run TypeScript what is missing and what to do",
    () => {
      expect(run(installed(), "local", "--demo")).toEqual({
        code: 1,
        err: `countersign: Node ${process.versions.node} can't run TypeScript by itself, and tsx, which helps it, is not installed: install it with npm ci --include=dev (npm leaves it out while NODE_ENV is production), or use Node 22.18 or later\n`,
      });
    },
  );

  it("says which package the embedded services lack, and what to do", () => {
    const clients = ["@aws-sdk/client-dynamodb", "@aws-sdk/client-s3", "@aws-sdk/client-sqs"] as const;
    const others = ["@aws-sdk/client-secrets-manager", "@aws-sdk/client-cloudwatch", "@msgpack", "tsx"] as const;
    const { code, err } = run(installed(...clients, ...others), "local", "--demo");
    expect(code).toBe(1);
    expect(err).toMatch(
      /^countersign local: Cannot find package '(dynalite|fauxqs)' .*: install what it needs with npm ci --include=dev \(npm leaves some of it out while NODE_ENV is production\)\n$/,
    );
  });
});

describe("a second npm start", () => {
  const local = (folder: string) => world.start(["local", "--port", "0", "--folder", folder]);

  it("says that the folder is in use, and what to do; and takes over what a killed one left", async () => {
    const folder = world.path("local");
    const first = local(folder);
    await eventually("it listens", () => first.said.out.includes("Receiving"), 30_000);
    const second = local(folder);
    expect(await second.ended()).toBe(2);
    expect(second.said.err).toBe(
      `countersign: the folder ${folder} is in use by process ${first.child.pid}, another countersign local: end that one, or give --folder another name (if it is no such process, delete ${folder}/process-id)\n`,
    );
    first.child.kill("SIGKILL");
    await first.ended();
    const third = local(folder);
    await eventually("it listens", () => third.said.out.includes("Receiving") || !third.isRunning(), 30_000);
    third.child.kill("SIGTERM");
    expect(await third.ended()).toBe(0);
  });
});
