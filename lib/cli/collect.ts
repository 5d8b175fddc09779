import { setTimeout as pause } from "node:timers/promises";
import { checkQueues } from "../assembly/check-queues.ts";
import { composeQueueSide } from "../assembly/compose-queue-side.ts";
import { composeSocketSide, type SocketSide } from "../assembly/compose-socket-side.ts";
import { allDrivers } from "../assembly/drivers.ts";
import type { JudgeSettings } from "../assembly/open-judge.ts";
import { closeParts, openPartsInTime, type Parts } from "../assembly/open-parts.ts";
import { reloadParts } from "../assembly/reload-parts.ts";
import { type TcpSettings, tcpLimitsOf } from "../assembly/socket-settings.ts";
import { tellMissing } from "../assembly/tell-missing.ts";
import { createConflictLog } from "../dispatch/conflict-log.ts";
import { createRecentlyRecorded } from "../dispatch/recently-recorded.ts";
import { warmUp } from "../judge/warm-up.ts";
import { lossesOf } from "../ledger/losses.ts";
import { toPrometheus } from "../ledger/prometheus.ts";
import { type ListenAddress, parseListenUrl } from "../listener/socket/listen-url.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import { createPoller, type Poller } from "../queue/poller.ts";
import type { Queue } from "../queue/queue-client.ts";
import { createSourceQueues } from "../queue/source-queues.ts";
import { collectHealth } from "./collect-health.ts";
import { openQueues, wantedQueues } from "./collect-queues.ts";
import { type Command, EXIT_FAILED, EXIT_OK, EXIT_USAGE, usageError } from "./command/command.ts";
import { type HealthAddress, parseHealthUrl } from "./command/health-url.ts";
import type { Io } from "./command/io.ts";
import { parseOptions } from "./command/parse-options.ts";
import { secretsReader } from "./command/secrets-reader.ts";
import { storageForms } from "./command/storage-forms.ts";
import { tcpFrom, tcpOptions } from "./command/tcp-options.ts";
import {
  type Problem,
  verificationFrom,
  verificationHelp,
  verificationOptions,
} from "./command/verification-options.ts";

export const collectCommand: Command = {
  help: `usage: countersign collect --listen URL [URL…] --storage URL[,URL…] [OPTION…]

Receives samples, proves each one genuine and stores it, until SIGTERM or SIGINT. When it is ready it prints
one line of JSON on standard output, {"ready":true,"listening":[…],…}; at the end one with the final counters.
Its log goes to standard error. What it needs and can't reach yet it waits for, before it opens a socket; with
--spill-queue for keys alone: what comes before storage is there goes to that queue, and queues are read afterwards.
It exits with 1 if anything genuine was lost, and the last line of its log says how much.
At SIGHUP it reads keys and secret files again, and opens its files anew.

  --listen URL              udp://HOST:PORT or tcp://HOST:PORT; may be given several times, or
                            several URLs after one; port 0 lets the system choose;
                            [::] is every address of IPv6 and IPv4, [::]:PORT?ipv6only=1 of IPv6 alone
  --queue URL               take messages from this SQS queue as well
  --storage URL[,URL…]      one of these, or several, of which each keeps every sample:
${storageForms(allDrivers, 28)}
  --spill-queue URL         an SQS queue that only collectors write to: what storage can't take goes there, and is
                            taken from there again
  --tcp-connections N       that each TCP listener holds open; default 1000
  --tcp-connections-per-address N   of one address or IPv6 /64, as a site may stand behind one; default 250
  --tcp-buffer MIB          mebibytes of TCP frames not yet complete, for all connections together; default 64
  --health URL              answer /healthz and /metrics (Prometheus) here, such as http://127.0.0.1:8080
  --quarantine URL          keep rejected messages: file:///FOLDER or s3://BUCKET/PREFIX, see countersign quarantine
${verificationHelp}`,

  async run(args, io) {
    const { values, positionals } = parseOptions({
      args: [...args],
      allowPositionals: true,
      options: {
        listen: { type: "string", multiple: true },
        queue: { type: "string" },
        storage: { type: "string" },
        "spill-queue": { type: "string" },
        quarantine: { type: "string" },
        ...tcpOptions,
        health: { type: "string" },
        ...verificationOptions,
      },
    });
    const addresses = toAddresses([...(values.listen ?? []), ...positionals]);
    if (!Array.isArray(addresses)) return usageError(io, addresses.problem);
    if (addresses.length === 0 && values.queue === undefined) {
      return usageError(io, "nothing to receive from: give --listen udp://0.0.0.0:4952 or --queue URL");
    }
    const queues = openQueues(values.queue, values["spill-queue"]);
    if ("problem" in queues) return usageError(io, queues.problem);
    const { queue, spill } = queues;
    const logger = createLogger(io.err);
    const checked = settingsFrom(values, logger);
    if ("problem" in checked) return usageError(io, checked.problem);
    const { tcp, verification } = checked;
    const { storage, quarantine = null } = values;
    if (storage === undefined)
      return usageError(io, "--storage is missing, such as --storage file:///var/lib/samples.jsonl");
    const health = values.health === undefined ? undefined : parseHealthUrl(values.health);
    if (health !== undefined && "problem" in health) return usageError(io, health.problem);
    io.serve();
    // Asked for before the ready line: whoever reads that line may send the signal at once.
    const stopped = io.stopped();
    const giveUp = new AbortController();
    void stopped.then(() => giveUp.abort());
    const readSecrets = secretsReader(values);
    const settings = {
      ...verification,
      readSecrets,
      drivers: allDrivers,
      storage,
      spillQueue: spill?.url ?? null,
      quarantine,
      // With nothing but queues to receive from there is nothing to be late for: they keep what they have.
      startsWithoutStorage: spill !== undefined && addresses.length > 0,
    };
    const unusable = await checkQueues(wantedQueues(queues), { logger, stop: giveUp.signal });
    if (unusable.length > 0) return usageError(io, unusable.join("; "));
    const opened = await openPartsInTime(settings, logger, giveUp.signal);
    if (!opened.ok) {
      usageError(io, opened.problems.join("; "));
      return opened.transient ? EXIT_FAILED : EXIT_USAGE;
    }
    io.onHangup(() => reloadParts(opened.parts, logger));
    try {
      return await collect({ addresses, tcp, queue, spill, health, parts: opened.parts, logger, stopped }, io);
    } finally {
      await closeParts(opened.parts);
      for (const one of [queue, spill]) one?.client.destroy();
    }
  },
};

type Values = Parameters<typeof verificationFrom>[0] & Parameters<typeof tcpFrom>[0];

function settingsFrom(
  values: Values,
  logger: Logger,
): { readonly verification: JudgeSettings; readonly tcp: TcpSettings } | Problem {
  const verification = verificationFrom(values, logger.warn);
  if ("problem" in verification) return verification;
  const tcp = tcpFrom(values);
  return "problem" in tcp ? tcp : { verification, tcp };
}

/** Time for the stop, of the ten seconds within which the signal's sender expects the end; the rest is for closing. */
const STOP_WITHIN_MS = 9_000;
/** How long queues are read on while the sockets' side stops: what a handler has begun by then ends in time. */
const POLL_ON_MS = 1_000;

interface Collecting {
  readonly addresses: readonly ListenAddress[];
  readonly tcp: TcpSettings;
  readonly queue: Queue | undefined;
  /** The spill queue, which the sockets' side fills and we empty again. */
  readonly spill: Queue | undefined;
  /** The address of the health port. */
  readonly health: HealthAddress | undefined;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly stopped: Promise<void>;
}

/** @returns 0 if everything genuine that came by UDP and TCP is stored or spilled */
async function collect(collecting: Collecting, io: Io): Promise<number> {
  const { addresses, tcp, queue, spill, parts, logger, health } = collecting;
  const recent = createRecentlyRecorded({ onConflict: createConflictLog(logger) });
  const sockets = composeSocketSide(parts, { addresses, tcp: tcpLimitsOf(tcp), logger, recent });
  const known = [queue, spill].filter((one) => one !== undefined);
  const sources = createSourceQueues(logger, known);
  const { handler, ledger, unstoredAges } = composeQueueSide(parts, {
    logger,
    spillQueue: spill?.url ?? null,
    recent,
    sources,
  });
  const pollers: Pollers = {
    ...(queue && { queue: createPoller(queue, handler, logger) }),
    ...(spill && { spillQueue: createPoller(spill, handler, logger) }),
  };
  const ledgers = () => ({
    ...sockets.ledgers(),
    ...(Object.keys(pollers).length > 0 && { queue: ledger() }),
  });
  const receiving = { now: false };
  const counted = () => sockets.processLedger(io.droppedLines());
  const metrics = () =>
    toPrometheus(ledgers(), { ...counted(), pollAges: pollAgesOf(pollers), unstoredAges: unstoredAges() });
  const server = health && collectHealth({ address: health, logger, isHealthy: () => receiving.now, metrics });
  await server?.start();
  try {
    await receive({ ...collecting, ...sockets, pollers, receiving }, io);
    const last = { listeners: sockets.beside(), ...polledFigures(pollers), ledgers: ledgers() };
    io.out(JSON.stringify({ ready: false, ...last, process: counted().figures }));
    const lost = lossesOf(ledgers());
    if (lost !== undefined) logger.error(lost.message, lost.figures);
    return lost === undefined ? EXIT_OK : EXIT_FAILED;
  } finally {
    sources.close();
    await server?.stop();
  }
}

interface Receiving extends Collecting, Pick<SocketSide, "collector" | "quota"> {
  readonly pollers: Pollers;
  readonly receiving: { now: boolean };
}

/** Until the signal, and then until all is stored, spilled, left to its queue or given up. */
async function receive(all: Receiving, io: Io): Promise<void> {
  const { addresses, queue, spill, parts, collector, pollers, quota, receiving } = all;
  if (addresses.length > 0) warmUp(parts.judge);
  const listening = await collector.start();
  startPollers(all);
  const queues = { ...(queue && { queue: queue.url }), ...(spill && { spillQueue: spill.url }) };
  receiving.now = true;
  io.out(JSON.stringify({ ready: true, listening, ...queues, storage: parts.storage.name }));
  tellMissing(parts, all.logger);

  await all.stopped;
  receiving.now = false;
  const deadline = performance.now() + STOP_WITHIN_MS;
  const left = () => Math.max(0, deadline - performance.now());
  const socketsStopped = collector.stop();
  // The pollers may still take what the sockets' side spills in the end, if it ends soon.
  await Promise.race([socketsStopped, pause(POLL_ON_MS, undefined, { ref: false })]);
  const pollersStopped = Object.values(pollers).map((poller) => poller.stop(left()));
  await socketsStopped;
  await Promise.all([quota?.close(left()), ...pollersStopped]);
}

/** Once storage is open: whatever they took before would come back to its queue as failed, and in the end be a dead letter. */
function startPollers({ pollers, parts }: Receiving): void {
  const start = () => {
    for (const poller of Object.values(pollers)) poller.start();
  };
  if (parts.late === undefined) start();
  else void parts.late.there.then(start);
}

/** By what their queues are to us. */
type Pollers = Readonly<Record<string, Poller>>;

function polledFigures(pollers: Pollers) {
  return Object.fromEntries(
    Object.entries(pollers).map(([name, poller]) => [
      name,
      { ...poller.counters(), secondsSincePoll: poller.secondsSincePoll() },
    ]),
  );
}

function pollAgesOf(pollers: Pollers): ReadonlyMap<string, number> {
  return new Map(Object.entries(pollers).map(([name, poller]) => [name, poller.secondsSincePoll()]));
}

function toAddresses(urls: readonly string[]): ListenAddress[] | { readonly problem: string } {
  const addresses: ListenAddress[] = [];
  for (const url of urls) {
    const parsed = parseListenUrl(url);
    if (!parsed.ok) return { problem: `--listen ${parsed.problem}` };
    addresses.push(parsed.address);
  }
  return addresses;
}
