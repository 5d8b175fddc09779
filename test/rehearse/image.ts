import {
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDockerfile } from "./dockerfile.ts";
import { listAt, numberAt, objectAt, textAt } from "./json.ts";
import { run } from "./processes.ts";
import { resolveText } from "./resolve.ts";
import type { Templates } from "./templates.ts";

/** The container of a task definition, with what its image would hold, laid out in a folder. */
export interface ContainerImage {
  /** Read-only: what the image has in its work folder, and Node. */
  readonly folder: string;
  /** The image that it is built on, with its tag. */
  readonly base: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The task definition's own, to be run inside; without `CMD`. */
  readonly healthCheck: readonly string[];
  readonly stopTimeoutMs: number;
  readonly readOnly: boolean;
  readonly user: string;
  readonly remove: () => void;
}

const projectModules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const BUNDLE_WITHIN_MS = 60_000;

/**
 * Follows the Dockerfile in the image's own asset: its bundling command is run on the asset's files alone, with
 * the project's installed packages in the place of `npm ci`.
 *
 * @throws an Error that says what could not be done
 */
export async function layOutImage(templates: Templates, dockerfilePath: string, node: string): Promise<ContainerImage> {
  const [task] = templates.ofType("AWS::ECS::TaskDefinition");
  const [container] = listAt(task?.properties, "ContainerDefinitions");
  if (task === undefined || container === undefined) throw new Error("no stack has a task definition");
  const assetHash = /:([0-9a-f]{64})"/.exec(JSON.stringify(objectAt(container).Image))?.[1] ?? "";
  const asset = join(templates.folder, `asset.${assetHash}`);
  const dockerfile = readDockerfile(join(asset, dockerfilePath));
  const folder = mkdtempSync(join(tmpdir(), "countersign-image-"));
  const build = join(folder, "build");
  const app = join(folder, "app");
  const remove = () => {
    for (const part of [folder, app, join(folder, "bin")]) if (existsSync(part)) chmodSync(part, 0o755);
    rmSync(folder, { recursive: true });
  };
  cpSync(asset, build, { recursive: true });
  symlinkSync(projectModules, join(build, "node_modules"));
  const bundled = await run("sh", ["-c", dockerfile.bundle], { cwd: build, withinMs: BUNDLE_WITHIN_MS });
  if (!bundled.ok) {
    remove();
    throw new Error(`the Dockerfile's ${JSON.stringify(dockerfile.bundle)} failed: ${bundled.tail}`);
  }
  cpSync(join(build, dockerfile.copied), app, { recursive: true });
  rmSync(build, { recursive: true });
  mkdirSync(join(folder, "bin"));
  copyFileSync(node, join(folder, "bin", "node"), constants.COPYFILE_FICLONE);
  for (const name of readdirSync(app)) chmodSync(join(app, name), 0o444);
  for (const part of [app, join(folder, "bin"), folder]) chmodSync(part, 0o555);
  const environment = listAt(container, "Environment").map((variable) => [
    textAt(variable, "Name"),
    resolveText(templates, task.stack, objectAt(variable).Value),
  ]);
  return {
    folder: app,
    base: dockerfile.base,
    command: dockerfile.command.map((part, index) =>
      index === 0 && part === "node" ? join(folder, "bin", "node") : part,
    ),
    environment: { ...dockerfile.environment, ...Object.fromEntries(environment) },
    healthCheck: listAt(container, "HealthCheck", "Command").slice(1).map(String),
    stopTimeoutMs: (numberAt(container, "StopTimeout") ?? 30) * 1_000,
    readOnly: objectAt(container).ReadonlyRootFilesystem === true,
    user: textAt(container, "User"),
    remove,
  };
}
