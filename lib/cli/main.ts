import { errorMessage } from "../log/error-message.ts";
import { withoutCredentials } from "../log/shown-url.ts";
import { type Command, EXIT_FAILED, EXIT_OK, EXIT_USAGE, usageError } from "./command/command.ts";
import type { Io } from "./command/io.ts";
import { OutputFailed } from "./command/patient-writer.ts";

/** Loaded only when asked for: `verify` has no need of an AWS client. */
const commands: Readonly<Record<string, { summary: string; load(): Promise<Command> }>> = {
  verify: {
    summary: "tell whether captured messages are genuine",
    load: async () => (await import("./verify.ts")).verifyCommand,
  },
  collect: {
    summary: "receive samples by UDP, TCP or a queue, and store the genuine ones",
    load: async () => (await import("./collect.ts")).collectCommand,
  },
  send: {
    summary: "replay captured messages, or generate signed samples",
    load: async () => (await import("./send/send.ts")).sendCommand,
  },
  samples: {
    summary: "read samples back, newest first",
    load: async () => (await import("./read/samples.ts")).samplesCommand,
  },
  meters: { summary: "list what was metered", load: async () => (await import("./read/meters.ts")).metersCommand },
  resources: {
    summary: "list what was measured, with its newest metadata",
    load: async () => (await import("./read/resources.ts")).resourcesCommand,
  },
  usage: {
    summary: "add up what was used, by project and period",
    load: async () => (await import("./read/usage.ts")).usageCommand,
  },
  explain: {
    summary: "tell what a number of usage is made of",
    load: async () => (await import("./explain/explain.ts")).explainCommand,
  },
  statistics: {
    summary: "count, sum, min, max and avg of a meter, as Ceilometer's",
    load: async () => (await import("./read/statistics.ts")).statisticsCommand,
  },
  export: {
    summary: "write usage or samples as CSV or JSON lines",
    load: async () => (await import("./export/export.ts")).exportCommand,
  },
  events: {
    summary: "read events back, newest first",
    load: async () => (await import("./read/events.ts")).eventsCommand,
  },
  conflicts: {
    summary: "look at samples stored with several contents, and settle which is right",
    load: async () => (await import("./conflicts/conflicts.ts")).conflictsCommand,
  },
  doctor: {
    summary: "look for what is wrong with a set-up, and say what to do",
    load: async () => (await import("./doctor/doctor.ts")).doctorCommand,
  },
  redrive: {
    summary: "move dead letters back, to be handled once more",
    load: async () => (await import("./redrive.ts")).redriveCommand,
  },
  quarantine: {
    summary: "look at rejected messages, and replay them",
    load: async () => (await import("./quarantine/quarantine.ts")).quarantineCommand,
  },
  keys: {
    summary: "add, list and retire signing keys",
    load: async () => (await import("./keys/keys.ts")).keysCommand,
  },
  local: {
    summary: "run everything on this machine, without a cloud account",
    load: async () => (await import("./local/local.ts")).localCommand,
  },
};

/** @returns the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.out(overview());
    return name === undefined ? EXIT_USAGE : EXIT_OK;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) return usageError(io, `no command ${JSON.stringify(name)}; countersign --help lists them`);
  let command: Command;
  try {
    command = await entry.load();
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    io.err(
      `countersign ${name}: ${errorMessage(error)}: install what it needs with npm ci --include=dev (npm leaves some of it out while NODE_ENV is production)`,
    );
    return EXIT_FAILED;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    io.out(command.help);
    return EXIT_OK;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    // `ProcessIo.end` says so, if anybody is left to hear it.
    if (error instanceof OutputFailed) return error.isClosed ? EXIT_OK : EXIT_FAILED;
    // Node has a line for each sentence, and a line feed would be printed as one that somebody put there.
    if (isArgumentError(error)) {
      const problem = error.message.replaceAll("\n", " ").replace(/\.$/, "");
      return usageError(io, `${problem}; see countersign ${name} --help`);
    }
    io.err(`countersign ${name}: ${withoutCredentials(errorMessage(error))}`);
    return EXIT_FAILED;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return ["usage: countersign COMMAND [OPTION…]", "", ...lines, "", "countersign COMMAND --help tells more."].join(
    "\n",
  );
}

function isMissingPackage(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

/** node:util's parseArgs throws on an option that it does not know. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}
