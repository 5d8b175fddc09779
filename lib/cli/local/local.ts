import { lossesOf } from "../../ledger/losses.ts";
import { createLogger } from "../../log/logger.ts";
import type { UsageRow } from "../../query/usage.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { secretsReader } from "../command/secrets-reader.ts";
import { verificationFrom, verificationHelp, verificationOptions } from "../command/verification-options.ts";
import { metersTable } from "../read/meters.ts";
import { usageTable } from "../read/usage-table.ts";
import { CAPTURED, type DemoCounts, replayCaptures } from "./demo.ts";
import { type LocalCollector, startLocalCollector } from "./local-collector.ts";

const DEFAULT_PORT = "4952";
const DEFAULT_FOLDER = ".countersign";

export const localCommand: Command = {
  help: `usage: countersign local [--demo [--once]] [OPTION…]

Runs everything on this machine, without a cloud account: embedded DynamoDB, S3 and SQS, the listeners, and the
real Lambda handler behind the queue and the spill queue. Samples are kept under ${DEFAULT_FOLDER}/ between runs (the
DynamoDB tables; what S3 and SQS hold is in memory only), and rejected messages beside them, in quarantine/.

  --demo                    replay captures of real publishers through UDP, TCP and the queue, and show what was stored
  --once                    end after that
  --host HOST               where to listen (default 127.0.0.1)
  --port PORT               for UDP and TCP alike (default ${DEFAULT_PORT}; 0 lets the system choose)
  --folder PATH             where to keep samples (default ${DEFAULT_FOLDER})
${verificationHelp}
Without any secret, Ceilometer's default secrets are accepted: right for a trial on this machine, for nothing else.`,

  async run(args, io) {
    const { values } = parseOptions({
      args: [...args],
      options: {
        demo: { type: "boolean" },
        once: { type: "boolean" },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: DEFAULT_PORT },
        folder: { type: "string", default: DEFAULT_FOLDER },
        ...verificationOptions,
      },
    });
    if (!/^[0-9]{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      return usageError(io, `--port: expected a number from 0 to 65535, got ${JSON.stringify(values.port)}`);
    }
    const verification = verificationFrom(values, createLogger(io.err).warn);
    if ("problem" in verification) return usageError(io, verification.problem);
    const trial = verification.secrets.length === 0 && values.keys === undefined;
    io.serve();
    // Asked for before anything is said: whoever reads may send the signal at once.
    const stopped = io.stopped();
    const started = await startLocalCollector(
      {
        host: values.host,
        port: Number(values.port),
        folder: values.folder,
        verification: {
          ...verification,
          readSecrets: secretsReader(values),
          ...(trial && { allowDefaultSecret: true }),
        },
      },
      io,
    );
    if ("problem" in started) return usageError(io, started.problem);
    io.onHangup(() => started.reload());
    let shown: readonly string[] = [];
    const showLedger = () => {
      const lines = started.summary();
      if (lines.join() !== shown.join()) for (const line of lines) io.out(line);
      shown = lines;
    };
    let code: number;
    try {
      code = await serve(started, values, { stopped, showLedger }, io);
    } finally {
      await started.stop();
      showLedger();
    }
    const lost = lossesOf(started.ledgers());
    if (lost !== undefined) createLogger(io.err).error(lost.message, lost.figures);
    return lost === undefined ? code : EXIT_FAILED;
  },
};

async function serve(
  collector: LocalCollector,
  { demo = false, once = false }: { readonly demo?: boolean | undefined; readonly once?: boolean | undefined },
  { stopped, showLedger }: { readonly stopped: Promise<void>; readonly showLedger: () => void },
  io: Io,
): Promise<number> {
  for (const line of introduction(collector)) io.out(line);
  const complete = demo ? await showDemo(collector, showLedger, io) : true;
  if (!once) {
    io.out("Receiving; Ctrl-C ends it.");
    await stopped;
  }
  return complete ? EXIT_OK : EXIT_FAILED;
}

function introduction({ listening, services, folder }: LocalCollector): readonly string[] {
  return [
    `listening     ${listening.join("  ")}`,
    `queue         ${services.queueUrl} (in memory)`,
    `spill queue   ${services.spillQueueUrl} (in memory)`,
    `dead letters  ${services.deadLetterQueueUrl} (in memory)`,
    `DynamoDB      ${services.dynamodb} (kept in ${folder}/dynamodb)`,
    `S3            ${services.s3AndSqs} (in memory)`,
    `quarantine    ${folder}/quarantine`,
    "",
  ];
}

async function showDemo(collector: LocalCollector, showLedger: () => void, io: Io): Promise<boolean> {
  const sent = await replayCaptures(collector.targets);
  const complete = await collector.settled(sent);
  io.out(`Replayed ${sentence(sent)}. Stored in DynamoDB and S3, each sample once:`);
  io.out("");
  for (const line of metersTable(await collector.meters())) io.out(line);
  io.out("");
  for (const line of usageOfOne(await collector.usage(CAPTURED), io.width)) io.out(line);
  io.out("");
  showLedger();
  if (!complete) io.err("countersign local: not everything that was sent has been handled; see the log above");
  return complete;
}

/** The usage of one project, as that of all would fill the screen: the one that is measured most. */
function usageOfOne(rows: readonly UsageRow[], width: number | undefined): readonly string[] {
  const measured = (project: string) => rows.reduce((sum, row) => sum + (row.project === project ? row.samples : 0), 0);
  const projects = new Set(rows.flatMap(({ project }) => project ?? []));
  const [first] = Array.from(projects).sort((a, b) => measured(b) - measured(a) || (a < b ? -1 : 1));
  const own = rows.filter(({ project }) => project === first);
  return [
    `Used by one of ${projects.size} projects on that day, as countersign usage tells of all:`,
    "",
    // Nothing is final without a time window, which every row would say.
    ...usageTable(own, () => true, width),
  ];
}

function sentence({ udp, tcp, queue }: DemoCounts): string {
  return `${udp} datagrams by UDP, ${tcp} frames by TCP and ${queue} messages by the queue`;
}
