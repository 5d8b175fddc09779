import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../support/eventually.ts";
import { confinement } from "./confine.ts";
import type { ContainerImage } from "./image.ts";
import { listAt, parseJson, textAt } from "./json.ts";
import { type Running, run, start } from "./processes.ts";

/** The bundled UDP collector, which runs as its container would. */
export interface UdpTask {
  readonly running: Running;
  /** Its addresses. */
  readonly udp: string;
  readonly tcp: string;
  readonly health: string;
  /** From its process's start to its sockets. */
  readonly startMs: number;
  /** How near to a container it runs, for people. */
  readonly says: string;
}

const READY_WITHIN_MS = 20_000;
/** Longer than it may take to store, and then to spill. */
const STOP_WITHIN_MS = 90_000;

/** @param environment the container's own, with services of this machine */
export async function startTask(
  image: ContainerImage,
  environment: Readonly<Record<string, string>>,
): Promise<UdpTask> {
  const { prefix, says: how } = await confinement();
  const [command = "", ...args] = [...prefix, ...image.command];
  const before = performance.now();
  const running = start(command, args, {
    cwd: image.folder,
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...environment,
      COUNTERSIGN_LISTEN: (image.environment.COUNTERSIGN_LISTEN ?? "").replace(/\/\/[^,]+:\d+/g, "//127.0.0.1:0"),
      COUNTERSIGN_HEALTH_PORT: "0",
    },
  });
  try {
    const gone = running.ended.then((end) => Promise.reject(new Error(`it ended with ${end}: ${running.tail()}`)));
    await Promise.race([gone, eventually("the collector receives", () => says(running, "receiving"), READY_WITHIN_MS)]);
  } catch (error) {
    await running.kill();
    throw error;
  }
  const startMs = performance.now() - before;
  const ready = parseJson(running.lines.find((line) => textAt(parseJson(line), "message") === "receiving") ?? "");
  const listening = listAt(ready, "listening").map(String);
  const at = (protocol: string) => listening.find((url) => url.startsWith(protocol)) ?? "";
  return { running, udp: at("udp:"), tcp: at("tcp:"), health: textAt(ready, "health"), startMs, says: how };
}

/** SIGTERM, and once more, which cuts the drain period short. @returns how it ended, if not with 0 */
export async function stopTask({ running }: UdpTask): Promise<readonly string[]> {
  running.process.kill("SIGTERM");
  await eventually("it drains", () => says(running, "draining"));
  running.process.kill("SIGTERM");
  const end = await Promise.race([running.ended, pause(STOP_WITHIN_MS, "no end", { ref: false })]);
  return end === 0 ? [] : [`${end}: ${running.tail()}`];
}

/** Whether its log has a line with a message that begins so. */
export function says({ lines }: Running, message: string): boolean {
  return lines.some((line) => textAt(parseJson(line), "message").startsWith(message));
}

/** The task definition's own health check, which ECS runs inside the container. @returns why it failed */
export async function ownHealthCheck(image: ContainerImage, health: string): Promise<readonly string[]> {
  const port = image.environment.COUNTERSIGN_HEALTH_PORT ?? "";
  const [, ...args] = image.healthCheck.map((part) => part.replaceAll(`:${port}/`, `:${new URL(health).port}/`));
  const [node = ""] = image.command;
  const done = await run(node, args, { cwd: image.folder, env: {}, withinMs: 10_000 });
  return done.ok ? [] : [done.tail];
}

/** The load balancer's check. @returns what it answered, if that is not as expected */
export async function healthz(health: string, expected: number): Promise<readonly string[]> {
  const response = await fetch(new URL("/healthz", health), { signal: AbortSignal.timeout(5_000) });
  await response.text();
  return response.status === expected ? [] : [`/healthz answered ${response.status}, expected ${expected}`];
}

export async function metricLines(health: string): Promise<readonly string[]> {
  const response = await fetch(new URL("/metrics", health), { signal: AbortSignal.timeout(5_000) });
  return (await response.text()).split("\n");
}
