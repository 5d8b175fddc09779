import { fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Mutants that one process makes, by their indices. */
export interface Job {
  readonly from: number;
  readonly count: number;
}

/** The same mutants as one process would make, in so many parts. */
export function shared(from: number, count: number, jobs: number): readonly Job[] {
  const ends = Array.from({ length: jobs + 1 }, (_, job) => from + Math.floor((count * job) / jobs));
  return ends.slice(0, -1).map((start, job) => ({ from: start, count: (ends[job + 1] ?? start) - start }));
}

/** Runs this very program in a process for each job. @returns whether all of them passed */
export async function runJobs(jobs: readonly Job[], seed: number): Promise<boolean> {
  const passed = await Promise.all(jobs.map((job, index) => runJob(job, seed, `[${index + 1}] `)));
  return passed.every((one) => one);
}

async function runJob({ from, count }: Job, seed: number, prefix: string): Promise<boolean> {
  const args = ["--seed", String(seed), "--from", String(from), "--count", String(count)];
  const child = fork(new URL("run.ts", import.meta.url), args, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (child.stdout === null) throw new Error("a job without output");
  createInterface(child.stdout).on("line", (line) => console.log(prefix + line));
  const [code] = await once(child, "close");
  return code === 0;
}
