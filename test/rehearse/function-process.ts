import { readFileSync } from "node:fs";
import type { DeployedFunction } from "./deployed-function.ts";
import { type Running, start } from "./processes.ts";
import { REGION } from "./resolve.ts";
import { type Answer, type Started, startRuntimeApi } from "./runtime-api.ts";

/** A function in its own process, under AWS's runtime client. */
export interface FunctionProcess {
  readonly started: Started;
  /** From the start of the process to its first request for an event, or to its report that it can't start. */
  readonly initMs: number;
  /** Processor time of all its threads until then, in milliseconds. */
  readonly initCpuMs: number;
  invoke(event: unknown): Promise<Answer>;
  /** What it wrote to its log. */
  lines(): readonly string[];
  /** The most memory that it ever held. */
  peakMegabytes(): number;
  stop(): Promise<void>;
}

export interface RuntimePaths {
  readonly node: string;
  readonly client: string;
}

/** Lambda gives a function ten seconds to start. */
const INIT_WITHIN_MS = 10_000;
/** Of a function's memory, the part that Lambda gives to JavaScript objects. */
const HEAP_SHARE = 0.9;

/**
 * @param environment besides what the template says: credentials and endpoints
 * @throws an Error when the process ends, or does nothing, without a word to the Runtime API
 */
export async function startFunction(
  { node, client }: RuntimePaths,
  deployed: DeployedFunction,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionProcess> {
  const api = await startRuntimeApi(deployed.arn);
  const before = performance.now();
  const heap = `--max-old-space-size=${Math.floor(deployed.memoryMegabytes * HEAP_SHARE)}`;
  const running = start(node, [heap, client, deployed.handler], {
    cwd: deployed.folder,
    env: { ...lambdaEnvironment(deployed, api.address), ...deployed.environment, ...environment },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, INIT_WITHIN_MS, "late");
  });
  const first = await Promise.race([api.started, running.ended, late]);
  const initMs = performance.now() - before;
  const initCpuMs = processorMs(running);
  clearTimeout(timer);
  const stop = async () => {
    await running.kill();
    await api.stop();
  };
  if (typeof first !== "object") {
    await stop();
    throw new Error(`the function did not start (${first}):\n${running.tail()}`);
  }
  return {
    started: first,
    initMs,
    initCpuMs,
    invoke: (event) => orEnd(running, api.invoke(event, deployed.timeoutMs)),
    lines: () => running.lines,
    peakMegabytes: () => peakMegabytes(running),
    stop,
  };
}

/** A process that dies answers no more. */
async function orEnd(running: Running, answer: Promise<Answer>): Promise<Answer> {
  const ended = running.ended.then((end): Answer => ({ kind: "error", error: `ended with ${end}: ${running.tail()}` }));
  return Promise.race([answer, ended]);
}

function lambdaEnvironment(deployed: DeployedFunction, runtimeApi: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${deployed.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: deployed.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(deployed.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${deployed.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "rehearsal",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: deployed.folder,
    _HANDLER: deployed.handler,
  };
}

function peakMegabytes({ process: { pid } }: Running): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}

/** What Linux counts a process's time in. */
const TICK_MS = 10;

/** NaN for a process that has ended. */
function processorMs({ process: { pid } }: Running): number {
  try {
    // Its name, in brackets, may hold spaces; user and system time are the 12th and 13th fields after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}
