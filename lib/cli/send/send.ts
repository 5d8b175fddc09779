import { setTimeout as pause } from "node:timers/promises";
import { toSecrets } from "../../keys/default-secrets.ts";
import { errorMessage } from "../../log/error-message.ts";
import type { Value } from "../../sample/value.ts";
import { encodeMsgpack } from "../../wire/msgpack-writer.ts";
import { type FileFormat, fileFormats } from "../command/captured-file.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { createProgress } from "../command/progress.ts";
import { type Problem, secretTexts, verificationOptions } from "../command/verification-options.ts";
import { capturedMessages, capturedValues, forPublisher, repeated } from "./captured-messages.ts";
import { generatedSamples, unsignedSamples } from "./generate.ts";
import type { Outgoing, OutgoingSource } from "./outgoing.ts";
import { openPublisher, type Publisher } from "./publisher.ts";
import { sealed } from "./sealed.ts";
import { type Sealing, sealingFrom, sealingHelp, sealingOptions } from "./sealing-options.ts";

const DEFAULT_GENERATED = 100;

export const sendCommand: Command = {
  help: `usage: countersign send --to URL [OPTION…] FILE…
       countersign send --to URL --generate --secret S [OPTION…]

Replays captured messages as they are or signed anew, or generates realistic signed samples.

  --to URL                  udp://HOST:PORT, tcp://HOST:PORT or an SQS queue's URL
  --format FORMAT           how the files are packed: datagram (default), frames or envelope
  --count N                 send N messages, starting over with the files as often as it takes (default: each
                            file once; with --generate ${DEFAULT_GENERATED}); with --sign v2, N samples
  --rate N                  at most N of them a second
  --generate                make samples of a few instances instead of reading files
  --secret S                what messages are signed with
  --secret-file F           the same, from a file
  --allow-default-secret    sign with Ceilometer's well-known default
${sealingHelp}`,

  async run(args, io) {
    const { secret, "secret-file": secretFile, "allow-default-secret": allowDefault } = verificationOptions;
    const { values, positionals } = parseOptions({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: "string" },
        format: { type: "string", default: "datagram" },
        count: { type: "string" },
        rate: { type: "string" },
        generate: { type: "boolean" },
        secret,
        "secret-file": secretFile,
        "allow-default-secret": allowDefault,
        ...sealingOptions,
      },
    });
    const format = fileFormats.find((known) => known === values.format);
    if (format === undefined) return usageError(io, `--format: choose from ${fileFormats.join(", ")}`);
    const count = positive(values.count);
    const rate = positive(values.rate);
    if (Number.isNaN(count) || Number.isNaN(rate))
      return usageError(io, "--count and --rate: expected whole numbers above 0");
    if (values.to === undefined) return usageError(io, "--to is missing, such as --to udp://127.0.0.1:4952");
    if ((values.generate === true) === positionals.length > 0) return usageError(io, "give either files or --generate");
    const secrets = secretTexts(values, (warning) => io.err(`warning: ${warning}`));
    if ("problem" in secrets) return usageError(io, secrets.problem);
    const sealing = sealingFrom(values, secrets);
    if (sealing !== undefined && "problem" in sealing) return usageError(io, sealing.problem);

    const publisher = await openPublisher(values.to);
    if ("problem" in publisher) return usageError(io, publisher.problem);
    try {
      if (sealing?.deflate && publisher.carries === "text") return usageError(io, "--deflate: a queue carries text");
      const source = values.generate
        ? generated(secrets, values["allow-default-secret"] === true, count ?? DEFAULT_GENERATED, sealing, publisher)
        : await replayed(positionals, format, count, sealing, publisher);
      if ("problem" in source) return usageError(io, source.problem);
      return await sendAll(source, rate, publisher, io);
    } finally {
      await publisher.close();
    }
  },
};

function generated(
  texts: readonly string[],
  allowDefault: boolean,
  count: number,
  sealing: Sealing | undefined,
  publisher: Publisher,
): OutgoingSource | Problem {
  if (sealing !== undefined) return { length: count, messages: sealed(unsignedSamples(count), sealing, publisher) };
  const secrets = toSecrets(texts, allowDefault);
  if (!secrets.ok) return secrets;
  const [secret] = secrets.secrets;
  if (secret === undefined) throw new Error("toSecrets gave no secret");
  return { length: count, messages: singly(packed(generatedSamples(secret, count), publisher)) };
}

function* packed(samples: Iterable<Value>, publisher: Publisher): Generator<Buffer> {
  for (const sample of samples) yield forPublisher(encodeMsgpack(sample), publisher);
}

async function replayed(
  files: readonly string[],
  format: FileFormat,
  count: number | undefined,
  sealing: Sealing | undefined,
  publisher: Publisher,
): Promise<OutgoingSource | Problem> {
  if (sealing !== undefined) {
    const values = await capturedValues(files, format);
    if ("problem" in values) return values;
    const length = count ?? values.length;
    return { length, messages: sealed(repeated(values, length), sealing, publisher) };
  }
  const messages = await capturedMessages(files, format, publisher);
  if ("problem" in messages) return messages;
  const length = count ?? messages.length;
  return { length, messages: singly(repeated(messages, length)) };
}

function* singly(messages: Iterable<Buffer>): Generator<Outgoing> {
  for (const bytes of messages) yield { bytes, samples: 1 };
}

async function sendAll(
  { messages, length }: OutgoingSource,
  rate: number | undefined,
  publisher: Publisher,
  io: Io,
): Promise<number> {
  const progress = createProgress(io, length);
  const start = performance.now();
  let sent = 0;
  // Asked for one by one, after the pause: what is signed with a time is signed just before it goes.
  const queue = messages[Symbol.iterator]();
  while (sent < length) {
    const early = rate === undefined ? 0 : start + (sent / rate) * 1_000 - performance.now();
    if (early > 1) await pause(early);
    const next = queue.next();
    if (next.done === true) break;
    try {
      await publisher.send(next.value.bytes, next.value.attributes);
    } catch (error) {
      io.err(`countersign send: stopped after ${sent} of ${length}: ${errorMessage(error)}`);
      return EXIT_FAILED;
    }
    sent += next.value.samples;
    progress.show(sent);
  }
  progress.done(sent, (performance.now() - start) / 1_000);
  return EXIT_OK;
}

/** @returns undefined if not given, NaN if it is not a positive whole number */
function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Number.NaN;
}
