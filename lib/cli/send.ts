import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { encodeMsgpack } from "../collector/encode/msgpack.ts";
import { toSecrets } from "../collector/signature/secrets.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "./command.ts";
import { generatedSamples } from "./generate.ts";
import type { Io } from "./io.ts";
import { type FileFormat, fileFormats, messagesOf, splitFrames } from "./message-file.ts";
import { createProgress } from "./progress.ts";
import { openPublisher, type Publisher } from "./publisher.ts";
import { secretTexts, verificationOptions } from "./verification-options.ts";

const DEFAULT_GENERATED = 100;

export const sendCommand: Command = {
  help: `usage: countersign send --to URL [OPTION…] FILE…
       countersign send --to URL --generate --secret S [OPTION…]

Replays captured messages as they are, or generates realistic signed samples.

  --to URL                  udp://HOST:PORT, tcp://HOST:PORT or an SQS queue's URL
  --format FORMAT           how the files are packed: datagram (default), frames or envelope
  --count N                 send N messages, starting over with the files as often as it takes (default: each
                            file once; with --generate ${DEFAULT_GENERATED})
  --rate N                  at most N messages a second
  --generate                make samples of a few instances instead of reading files
  --secret S                what generated samples are signed with
  --secret-file F           the same, from a file
  --allow-default-secret    sign with Ceilometer's well-known default`,

  async run(args, io) {
    const { secret, "secret-file": secretFile, "allow-default-secret": allowDefault } = verificationOptions;
    const { values, positionals } = parseArgs({
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

    const publisher = await openPublisher(values.to);
    if ("problem" in publisher) return usageError(io, publisher.problem);
    try {
      const source = values.generate
        ? generated(secretTexts(values), values["allow-default-secret"] === true, count ?? DEFAULT_GENERATED, publisher)
        : await replayed(positionals, format, publisher);
      if ("problem" in source) return usageError(io, source.problem);
      return await sendAll(source.messages, count ?? source.length, rate, publisher, io);
    } finally {
      await publisher.close();
    }
  },
};

interface Source {
  readonly messages: Iterable<Buffer>;
  readonly length: number;
}

function generated(
  texts: readonly string[] | { readonly problem: string },
  allowDefault: boolean,
  count: number,
  publisher: Publisher,
): Source | { readonly problem: string } {
  if ("problem" in texts) return texts;
  const secrets = toSecrets(texts, allowDefault);
  if (!secrets.ok) return secrets;
  const [secret] = secrets.secrets;
  if (secret === undefined) throw new Error("toSecrets gave no secret");
  return { length: count, messages: packed(generatedSamples(secret, count), publisher) };
}

function* packed(messages: Iterable<Parameters<typeof encodeMsgpack>[0]>, publisher: Publisher): Generator<Buffer> {
  for (const message of messages) yield forPublisher(encodeMsgpack(message), publisher);
}

async function replayed(
  files: readonly string[],
  format: FileFormat,
  publisher: Publisher,
): Promise<Source | { readonly problem: string }> {
  const messages: Buffer[] = [];
  for (const file of files) {
    const bytes = await readFile(file);
    if (format === "envelope" && publisher.carries === "text") messages.push(bytes);
    else {
      const datagrams = toDatagrams(bytes, format);
      if ("problem" in datagrams) return { problem: `${file}: ${datagrams.problem}` };
      messages.push(...datagrams.map((datagram) => forPublisher(datagram, publisher)));
    }
  }
  return { length: messages.length, messages: repeated(messages) };
}

/** Datagrams and frames go out byte for byte, also bad ones; the messages of an envelope are packed anew. */
function toDatagrams(bytes: Buffer, format: FileFormat): readonly Buffer[] | { readonly problem: string } {
  if (format === "datagram") return [bytes];
  const parts = format === "frames" ? splitFrames(bytes) : messagesOf(bytes, format);
  const datagrams: Buffer[] = [];
  for (const part of parts) {
    if (!part.ok) return { problem: part.detail };
    datagrams.push(Buffer.isBuffer(part.value) ? part.value : encodeMsgpack(part.value));
  }
  return datagrams;
}

function forPublisher(datagram: Buffer, publisher: Publisher): Buffer {
  return publisher.carries === "text" ? Buffer.from(datagram.toString("base64")) : datagram;
}

function* repeated(messages: readonly Buffer[]): Generator<Buffer> {
  while (messages.length > 0) yield* messages;
}

async function sendAll(
  messages: Iterable<Buffer>,
  count: number,
  rate: number | undefined,
  publisher: Publisher,
  io: Io,
): Promise<number> {
  const progress = createProgress(io, count);
  const start = performance.now();
  let sent = 0;
  for (const message of messages) {
    if (sent >= count) break;
    if (rate !== undefined) {
      const early = start + (sent / rate) * 1_000 - performance.now();
      if (early > 1) await pause(early);
    }
    try {
      await publisher.send(message);
    } catch (error) {
      io.err(
        `countersign send: stopped after ${sent} of ${count}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return EXIT_FAILED;
    }
    progress.show(++sent);
  }
  progress.done(sent, (performance.now() - start) / 1_000);
  return EXIT_OK;
}

/** @returns undefined if not given, NaN if it is not a positive whole number */
function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Number.NaN;
}
