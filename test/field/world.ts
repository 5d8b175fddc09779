import { createSocket } from "node:dgram";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { freeUdpPort } from "../support/free-port.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type CollectOptions, SECRET, type Started, type StartOptions, start, startCollect } from "./command.ts";
import { openPipe, type Pipe } from "./pipe.ts";

/** A collector of samples by UDP into a file. */
export interface Collecting {
  readonly collect: Started;
  readonly port: number;
  readonly file: string;
}

/** Processes, pipes and files of one test file, all gone in the end. */
export interface World {
  readonly folder: string;
  start(args: readonly string[], options?: StartOptions): Started;
  /** Ends it with the others. */
  keep(one: Started): void;
  collecting(options?: Partial<CollectOptions>): Promise<Collecting>;
  /** Sends genuine samples, as many as said. */
  send(port: number, count?: number, secret?: string): Promise<void>;
  pipe(): Pipe;
  /** A descriptor of a disk that is full. */
  full(): number;
  /** A path that nobody has used. */
  path(name: string): string;
  /** Ends and closes what a test has left. */
  tidy(): void;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const folder = await temporaryFolder();
  const started: Started[] = [];
  const descriptors: number[] = [];
  const pipes: Pipe[] = [];
  let names = 0;
  const path = (name: string) => `${folder.path}/${names++}-${name}`;
  const run = (args: readonly string[], options?: StartOptions) => {
    const one = start(args, options);
    started.push(one);
    return one;
  };
  const tidy = () => {
    for (const { child } of started.splice(0)) child.kill("SIGKILL");
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    for (const pipe of pipes.splice(0)) pipe.close();
  };
  return {
    folder: folder.path,
    path,
    start: run,
    keep: (one) => void started.push(one),
    async collecting(options = {}) {
      const port = await freeUdpPort();
      const { file = path("samples.jsonl") } = options;
      const collect = startCollect(port, { ...options, file });
      started.push(collect);
      return { collect, port, file };
    },
    async send(port, count = 20, secret = SECRET) {
      const to = ["--to", `udp://127.0.0.1:${port}`, "--secret", secret];
      const sent = run(["send", ...to, "--generate", "--count", String(count), "--rate", "1000"]);
      expect([await sent.ended(), sent.said.err]).toEqual([0, ""]);
    },
    pipe() {
      const pipe = openPipe(path("pipe"));
      pipes.push(pipe);
      return pipe;
    },
    full() {
      const descriptor = openSync("/dev/full", "w");
      descriptors.push(descriptor);
      return descriptor;
    },
    tidy,
    async close() {
      tidy();
      await folder.remove();
    },
  };
}

export async function sendJunk(port: number): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise((resolve) => socket.send(Buffer.of(7), port, "127.0.0.1", resolve));
  socket.close();
}

/** Samples in a file of a collector. */
export function stored(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}
