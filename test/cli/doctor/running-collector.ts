import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseOptions } from "../../../lib/cli/command/parse-options.ts";
import { doctorOptions, wantedFrom } from "../../../lib/cli/doctor/doctor-options.ts";
import { type EmbeddedServices, startEmbeddedServices } from "../../../lib/cli/local/embedded-services.ts";
import { main } from "../../../lib/cli/main.ts";
import { examine } from "../../../lib/doctor/finding/check.ts";
import { type Finding, worstFirst } from "../../../lib/doctor/finding/finding.ts";
import { setUpChecks } from "../../../lib/doctor/set-up-checks.ts";
import { type CreatedQueues, createQueues } from "../../../lib/queue/create-queue.ts";
import { openQueue } from "../../../lib/queue/queue-client.ts";
import { captureIo } from "../../support/captured-io.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

export const SECRET = "a secret shared with publishers ✓";

/** Servers of AWS's protocols and a folder, for collectors one after another. */
export interface Site {
  /** Queues of their own, as a deployment has them. */
  queues(): Promise<CreatedQueues>;
  readonly services: EmbeddedServices;
  readonly folder: TemporaryFolder;
  /** Starts `collect` with sockets, two storages, a quarantine and a health port. */
  collector(change?: Change): Promise<RunningCollector>;
  close(): Promise<void>;
}

/** What differs from a healthy set-up. */
interface Change {
  readonly storage?: string;
  /** With a queue and a spill queue as well, which take a second longer to stop. */
  readonly queues?: CreatedQueues;
}

export interface RunningCollector {
  /** The command line that runs it, as `doctor` takes it. */
  readonly args: readonly string[];
  readonly udp: string;
  readonly tcp: string;
  readonly health: string;
  readonly storage: string;
  /** Files in its quarantine. */
  kept(): number;
  stop(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const folder = await temporaryFolder();
  const services = await startEmbeddedServices(join(folder.path, "services"));
  let count = 0;
  const queues = async (): Promise<CreatedQueues> => {
    const service = openQueue(services.queueUrl);
    if ("problem" in service) throw new Error(service.problem);
    try {
      return await createQueues(service.client, `queue-${++count}`, 5);
    } finally {
      service.client.destroy();
    }
  };
  return {
    queues,
    services,
    folder,
    async collector({ storage, queues: own } = {}) {
      const name = `collector-${++count}`;
      const health = `http://127.0.0.1:${await freePort()}`;
      const quarantine = pathToFileURL(join(folder.path, name)).href;
      const kept = [
        `dynamodb://${name}?endpoint=${services.dynamodb}`,
        `s3://${name}/log?endpoint=${services.s3AndSqs}`,
      ];
      const rest = [
        ...["--storage", storage ?? kept.join(","), "--health", health, "--quarantine", quarantine],
        ...["--secret", SECRET],
        ...(own === undefined ? [] : ["--queue", own.queueUrl, "--spill-queue", own.spillQueueUrl]),
      ];
      const io = captureIo();
      const sockets = ["--listen", "udp://127.0.0.1:0", "tcp://127.0.0.1:0"];
      const running = main(["collect", ...sockets, ...rest], io);
      await eventually(`the collector is ready: ${io.errors.join("\n")}`, () => io.lines.length > 0);
      const [udp = "", tcp = ""] = JSON.parse(io.lines[0] ?? "{}").listening;
      return {
        args: ["--listen", udp, tcp, ...rest],
        udp,
        tcp,
        health,
        storage: storage ?? kept.join(","),
        kept: () => readdirSync(join(folder.path, name)).filter((file) => file.endsWith(".json")).length,
        async stop() {
          io.stop();
          await running;
        },
      };
    },
    async close() {
      await services.stop();
      await folder.remove();
    },
  };
}

export interface Diagnosis {
  readonly code: number;
  readonly findings: readonly Finding[];
  readonly err: string;
}

/** `countersign doctor --json`. */
export async function doctor(...args: readonly string[]): Promise<Diagnosis> {
  const io = captureIo();
  const code = await main(["doctor", "--json", ...args], io);
  return { code, findings: io.lines.map((line) => JSON.parse(line)), err: io.errors.join("\n") };
}

/** The findings of the same, which looks for its samples for so many milliseconds: all of them where something is lost. */
export async function findingsAfter(waitMs: number, args: readonly string[]): Promise<readonly Finding[]> {
  const { values, positionals } = parseOptions({ args: [...args], allowPositionals: true, options: doctorOptions });
  const setUp = await wantedFrom(values, positionals);
  if ("problem" in setUp) throw new Error(setUp.problem);
  if ("stage" in setUp) throw new Error("no set-up");
  return worstFirst(await examine(setUpChecks({ ...setUp, waitMs }), 10_000));
}
