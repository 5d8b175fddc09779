import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "./support/temporary-folder.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const commands = readFileSync(`${root}docs/commands.md`, "utf8");
const architecture = readFileSync(`${root}docs/architecture.md`, "utf8");
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** Where the README keeps things; here a folder of our own stands for it. */
const SHOWN_FOLDER = "/tmp/countersign";
const STEP_MS = 15_000;
const LOOK_AGAIN_MS = 20;

interface Step {
  readonly command: string;
  /** The lines shown below the command. */
  readonly shown: string;
}

/** The steps of each fenced block of a shell: `$ command`, then what it prints. */
function consoleBlocks(text: string): readonly (readonly Step[])[] {
  return Array.from(text.matchAll(/^```console\n(.*?)^```$/gms), ([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = "", ...lines] = step.trimEnd().split("\n");
        return { command, shown: lines.join("\n") };
      }),
  );
}

/** What differs from run to run: ports, how long it took, and our folder. */
function normalised(text: string): string {
  return text
    .replaceAll(`${folder.path}/.countersign`, ".countersign")
    .replaceAll(folder.path, SHOWN_FOLDER)
    .replace(/(127\.0\.0\.1|localhost):[0-9]+/g, "$1:PORT")
    .replace(/ in [0-9.]+ s$/gm, " in N s")
    .trimEnd();
}

/** Compares, `…` standing for anything. */
function expectShown(actual: string, shown: string): void {
  const [got, expected] = [normalised(actual), normalised(shown)];
  const pattern = expected.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/…\n?/g, "[^]*?");
  // The whole texts, so that a failure shows the difference.
  expect(new RegExp(`^${pattern}$`).test(got) ? expected : got).toBe(expected);
}

class Running {
  output = "";
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #read = 0;

  constructor(command: string) {
    // Its own errors go the same way, so that lines come in the order in which a terminal shows them.
    this.#child = spawn("sh", ["-c", `exec 2>&1; ${/^printf /.test(command) ? "" : "exec "}${command}`], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.#exited = once(this.#child, "close");
  }

  /** The lines since the last call, once there are at least so many. */
  async lines(atLeast: number): Promise<string> {
    const deadline = performance.now() + STEP_MS;
    const fresh = () => this.output.slice(this.#read);
    while (fresh().split("\n").length - 1 < atLeast) {
      if (performance.now() > deadline || this.#child.exitCode !== null) break;
      await pause(LOOK_AGAIN_MS);
    }
    const text = fresh();
    this.#read += text.length;
    return text;
  }

  async until(line: string): Promise<void> {
    const deadline = performance.now() + STEP_MS;
    while (!this.output.includes(line) && performance.now() < deadline && this.#child.exitCode === null) {
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** @returns the exit code; -1 if it had to be killed */
  async end(signal?: NodeJS.Signals): Promise<number> {
    if (signal !== undefined) this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STEP_MS);
    await this.#exited;
    clearTimeout(timer);
    return this.#child.exitCode ?? -1;
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }
}

let folder: TemporaryFolder;
const started: Running[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterEach(() => {
  for (const running of started.splice(0)) running.kill();
});
afterAll(() => folder.remove());

function start(command: string): Running {
  const running = new Running(command);
  started.push(running);
  return running;
}

/** The same command from this checkout, with a folder of our own and with ports that are free. */
function here(command: string, port: string): string {
  const local = `--port 0 --folder '${folder.path}/.countersign'`;
  return command
    .replaceAll(SHOWN_FOLDER, folder.path)
    .replace(/^npm ci && /, "")
    .replace(/^npm start(?: --)?/, `${scripts.start} ${local}`)
    .replace(/^npx countersign/, "node bin/countersign.js")
    .replace(/^node /, `'${process.execPath}' `)
    .replaceAll("127.0.0.1:4952", `127.0.0.1:${command.includes(" collect ") ? 0 : port}`);
}

/** Types the steps into a shell, as far as a README needs one: `&` and `kill %1` for one job, `^C` at the end. */
async function follow(steps: readonly Step[]): Promise<void> {
  let job: Running | undefined;
  let port = "";
  for (const { command, shown } of steps) {
    const expectedLines = shown === "" ? 0 : shown.split("\n").length;
    if (command === "kill %1") {
      expect(await job?.end("SIGTERM")).toBe(0);
      expectShown((await job?.lines(0)) ?? "", shown);
    } else if (command.endsWith(" &")) {
      job = start(here(command.slice(0, -" &".length), port));
      const text = await job.lines(expectedLines);
      port = /127\.0\.0\.1:([0-9]+)/.exec(text)?.[1] ?? "";
      expectShown(text, shown);
    } else if (shown.endsWith("\n^C")) {
      const text = shown.slice(0, -"\n^C".length);
      const running = start(here(command, port));
      await running.until(text.split("\n").at(-1) ?? "");
      expect(await running.end("SIGINT")).toBe(0);
      expectShown(running.output, text);
    } else {
      const running = start(here(command, port));
      const code = await running.end();
      const own = running.output.split("\n").length - 1;
      const fromJob = expectedLines > own ? ((await job?.lines(expectedLines - own)) ?? "") : "";
      expectShown(running.output + fromJob, shown);
      // A verdict that something is not genuine, or a fault, is the only exit code that the README shows beside 0.
      expect(code).toBe(/"outcome":"rejected"|^fault: /m.test(running.output) ? 1 : 0);
    }
  }
}

describe("the README and the page of commands", () => {
  const blocks = [...consoleBlocks(readme), ...consoleBlocks(commands)];
  // Not npm itself, whose install would take minutes and the network, and not these very tests.
  const runnable = blocks.filter(([first]) => first?.command !== "npm ci && npm test");
  // Commands that read come after those that wrote: a later block may use what an earlier one has stored.
  it.each(runnable.map((steps) => [steps[0]?.command ?? "", steps] as const))(
    "shows what happens: %s",
    (_first, steps) => follow(steps),
    60_000,
  );

  it("shows each way to run it, to test it and to read back", () => {
    const shown = blocks.flatMap((steps) => steps.map(({ command }) => command.split(" --")[0]));
    expect(shown).toEqual(
      expect.arrayContaining(["npm ci && npm start", "npm start", "npm ci && npm test", "npx countersign samples"]),
    );
  });

  it("have a tree of what is there beside them", () => {
    const tree = /## The tree\n.*?```text\n(.*?)```/s.exec(architecture)?.[1] ?? "";
    const paths = tree.split("\n").flatMap((line) => line.split(" ")[0] || []);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(root + path))).toEqual([]);
    const pages = readdirSync(`${root}docs`).map((name) => `docs/${name}`);
    expect(pages.filter((page) => page.endsWith(".md") && !paths.includes(page))).toEqual([]);
  });
});

describe("the documents", () => {
  const files = [
    ...readdirSync(root).filter((name) => name.endsWith(".md")),
    ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
    "test/fixtures/README.md",
  ];

  it.each(files)("lead to files and headings that are there: %s", (file) => {
    const text = readFileSync(root + file, "utf8");
    const dead = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = "", heading] = link.split("#");
      const target = path === "" ? root + file : fileURLToPath(new URL(path, `file://${root}${file}`));
      if (!existsSync(target)) return true;
      return heading !== undefined && !headings(readFileSync(target, "utf8")).includes(heading);
    });
    expect(dead).toEqual([]);
  });
});

/** As GitHub makes anchors of them. */
function headings(text: string): readonly string[] {
  return Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
