import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Ledgers, ProcessLedger } from "../../lib/ledger/ledger.ts";
import { eventually } from "../support/eventually.ts";
import { programs } from "./build.ts";

/** A process under test. It says JSON, a line at a time, on standard output. */
export interface Program {
  readonly pid: number;
  /** The first line that it said. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Lines of standard error so far. */
  readonly errors: readonly string[];
  /** Resident memory now, in bytes. */
  memory(): number;
  /** SIGTERM, and its last line. */
  stop(withinMs?: number): Promise<Readonly<Record<string, unknown>>>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export async function startProgram(
  name: keyof typeof programs,
  args: readonly string[] = [],
  withinMs = 15_000,
  nodeOptions: readonly string[] = [],
): Promise<Program> {
  const child = spawn(process.execPath, [...nodeOptions, programs[name], ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const said = linesOf(child);
  const closed = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await closed;
  };
  try {
    await eventually(
      `${name} to be ready: ${said.errors.join("\n")}`,
      () => said.out.length > 0 || child.exitCode !== null,
      withinMs,
    );
    if (said.out[0] === undefined) throw new Error(`${name} ended: ${said.errors.join("\n")}`);
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    ready: JSON.parse(said.out[0]),
    errors: said.errors,
    memory: () => residentBytes(child.pid ?? 0),
    kill,
    async stop(stopWithinMs = 15_000) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
      const [code, signal] = await closed;
      clearTimeout(timer);
      const last = JSON.parse(said.out.at(-1) ?? "{}");
      if (code !== dueCode(last.ledgers)) {
        throw new Error(`${name} ended with ${code ?? signal}: ${said.errors.slice(-5).join("\n")}`);
      }
      return last;
    },
  };
}

/** A collector that lost something of what came by its sockets says so by its exit code, and any other has none to say. */
function dueCode(ledgers: Ledgers = {}): number {
  const figures = [ledgers.udp, ledgers.tcp].map((ledger) => ledger?.figures ?? {});
  return figures.some(({ SamplesFailed = 0, SamplesShed = 0 }) => SamplesFailed + SamplesShed > 0) ? 1 : 0;
}

function linesOf(child: ChildProcessByStdio<Writable, Readable, Readable>) {
  const said = { out: [] as string[], errors: [] as string[] };
  createInterface(child.stdout).on("line", (line) => said.out.push(line));
  createInterface(child.stderr).on("line", (line) => said.errors.push(line));
  return said;
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+([0-9]+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1_024;
}

/** A collector as a user starts it. */
export interface CollectProgram extends Program {
  readonly listening: readonly string[];
  /** SIGTERM, and the ledgers that it ends with. */
  finish(): Promise<Ledgers>;
  /** SIGTERM, and all figures that it ends with. */
  lastFigures(): Promise<LastFigures>;
}

interface LastFigures {
  readonly ledgers: Ledgers;
  readonly process: ProcessLedger["figures"];
}

export async function startCollect(
  args: readonly string[],
  withinMs?: number,
  nodeOptions?: readonly string[],
): Promise<CollectProgram> {
  const program = await startProgram("countersign", ["collect", ...args], withinMs, nodeOptions);
  const { listening } = program.ready;
  const lastFigures = async (): Promise<LastFigures> => {
    const { ledgers, process: ofProcess } = await program.stop();
    return { ledgers: ledgers as Ledgers, process: ofProcess as LastFigures["process"] };
  };
  return {
    ...program,
    listening: Array.isArray(listening) ? listening.map(String) : [],
    finish: async () => (await lastFigures()).ledgers,
    lastFigures,
  };
}

/** Runs a program to its end. @returns what it said on standard output. Rejects with its errors if it failed */
export async function runProgram(name: keyof typeof programs, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [programs[name], ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const said = linesOf(child);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}: ${said.errors.join("\n")}`);
  return said.out.join("\n");
}
