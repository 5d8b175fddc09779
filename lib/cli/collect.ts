import { parseArgs } from "node:util";
import { createCollector } from "../collector/collector.ts";
import { createDispatcher } from "../collector/dispatcher.ts";
import type { Judge } from "../collector/judge.ts";
import { type ListenAddress, parseListenUrl } from "../collector/listener/listen-url.ts";
import { listenerLedgers } from "../collector/listener/listener-ledger.ts";
import { createLogger } from "../collector/logger.ts";
import { createPoller } from "../queue/poller.ts";
import { openQueue, type Queue } from "../queue/queue-client.ts";
import { createQueueHandler } from "../queue/queue-handler.ts";
import { createQueueLedger } from "../queue/queue-ledger.ts";
import type { StorageDriver } from "../storage/driver.ts";
import { openStorage } from "../storage/open-storage.ts";
import { type Command, EXIT_OK, usageError } from "./command.ts";
import type { Io } from "./io.ts";
import { judgeFrom, verificationHelp, verificationOptions } from "./verification-options.ts";

export const collectCommand: Command = {
  help: `usage: countersign collect --listen URL [URL…] --storage URL[,URL…] [OPTION…]

Receives samples, proves each one genuine and stores it, until SIGTERM or SIGINT. When it is ready it prints
one line of JSON on standard output, {"ready":true,"listening":[…],…}; at the end one with the final counters.
Its log goes to standard error.

  --listen URL              udp://HOST:PORT or tcp://HOST:PORT; may be given several times, or
                            several URLs after one; port 0 lets the system choose
  --queue URL               take messages from this SQS queue as well
  --storage URL[,URL…]      memory:, file:///PATH[?max_bytes=N&backup_count=N], dynamodb://TABLE[?endpoint=URL&…],
                            s3://BUCKET/PREFIX[?endpoint=URL&…]; with several, each keeps every sample
${verificationHelp}`,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        listen: { type: "string", multiple: true },
        queue: { type: "string" },
        storage: { type: "string" },
        ...verificationOptions,
      },
    });
    const addresses = toAddresses([...(values.listen ?? []), ...positionals]);
    if (!Array.isArray(addresses)) return usageError(io, addresses.problem);
    if (addresses.length === 0 && values.queue === undefined) {
      return usageError(io, "nothing to receive from: give --listen udp://0.0.0.0:4952 or --queue URL");
    }
    const queue = values.queue === undefined ? undefined : openQueue(values.queue);
    if (queue !== undefined && "problem" in queue) return usageError(io, queue.problem);
    const judge = judgeFrom(values, io);
    if (typeof judge !== "function") return usageError(io, judge.problem);
    if (values.storage === undefined)
      return usageError(io, "--storage is missing, such as --storage file:///var/lib/samples.jsonl");
    const storage = await openStorage(values.storage);
    if (!storage.ok) return usageError(io, storage.problem);
    try {
      await collect({ addresses, queue, judge, storage: storage.driver }, io);
    } finally {
      await storage.driver.close();
      queue?.client.destroy();
    }
    return EXIT_OK;
  },
};

interface Parts {
  readonly addresses: readonly ListenAddress[];
  readonly queue: Queue | undefined;
  readonly judge: Judge;
  readonly storage: StorageDriver;
}

async function collect({ addresses, queue, judge, storage }: Parts, io: Io): Promise<void> {
  const logger = createLogger(io.err);
  // Asked for before the ready line: whoever reads that line may send the signal at once.
  const stopped = io.stopped();
  const collector = createCollector({ addresses, judge, storage, logger });
  const ledger = createQueueLedger();
  const handler = createQueueHandler(createDispatcher(judge, storage), logger, ledger.count);
  const poller = queue && createPoller(queue, handler, logger);
  const listening = await collector.start();
  poller?.start();
  io.out(JSON.stringify({ ready: true, listening, ...(queue && { queue: queue.url }), storage: storage.name }));

  await stopped;
  await Promise.all([collector.stop(), poller?.stop()]);
  const listeners = collector.counters();
  const ledgers = { ...listenerLedgers(listeners), ...(poller && { queue: ledger.snapshot() }) };
  io.out(JSON.stringify({ ready: false, listeners, ...(poller && { queue: poller.counters() }), ledgers }));
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
