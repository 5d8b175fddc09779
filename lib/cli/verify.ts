import { readFile } from "node:fs/promises";
import type { Judge } from "../judge/judge.ts";
import { errorMessage } from "../log/error-message.ts";
import type { Genuine } from "../sample/genuine.ts";
import { toMessage } from "../sample/message.ts";
import type { Receipt } from "../sample/receipt.ts";
import { accept, type Result } from "../sample/rejection.ts";
import { isValueMap, type Value } from "../sample/value.ts";
import { isEnvelope } from "../signature/v2/envelope.ts";
import { splitFrames } from "../wire/frame.ts";
import { datagramLimits, messageLimits } from "../wire/limits.ts";
import { type FileFormat, fileFormats, messagesOf } from "./command/captured-file.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "./command/command.ts";
import { parseOptions } from "./command/parse-options.ts";
import { verificationHelp, verificationOptions, verifierFrom } from "./command/verification-options.ts";

export const verifyCommand: Command = {
  help: `usage: countersign verify [OPTION…] FILE…

Tells of each captured message whether it is genuine: one line of JSON a message, with
file, index, outcome (recorded or rejected), reason, detail, kind, dialect, key, message_id and counter_name.
Exits 0 if all are genuine, 1 if any is not, 2 if called wrongly.

  --format FORMAT           datagram (a file is one msgpack map or envelope of signature v2, the default),
                            frames (a TCP stream: each frame with its 8-byte length in front) or
                            envelope (the body of a queue's message, without attributes)
${verificationHelp}`,

  async run(args, io) {
    const { values, positionals } = parseOptions({
      args: [...args],
      allowPositionals: true,
      options: { format: { type: "string", default: "datagram" }, ...verificationOptions },
    });
    const format = fileFormats.find((known) => known === values.format);
    if (format === undefined) return usageError(io, `--format: choose from ${fileFormats.join(", ")}`);
    if (positionals.length === 0) return usageError(io, "no file to verify; see countersign verify --help");
    const verifier = await verifierFrom(values, io);
    if ("problem" in verifier) return usageError(io, verifier.problem);
    try {
      let genuine = true;
      for (const file of positionals) {
        const bytes = await read(file);
        if (!Buffer.isBuffer(bytes)) return usageError(io, bytes.problem);
        for (const line of verdicts(bytes, format, verifier.judge)) {
          genuine &&= line.outcome === "recorded";
          io.out(JSON.stringify({ file, ...line }));
          await io.drained();
        }
      }
      return genuine ? EXIT_OK : EXIT_FAILED;
    } finally {
      await verifier.keys.close();
    }
  },
};

async function read(file: string): Promise<Buffer | { readonly problem: string }> {
  try {
    return await readFile(file);
  } catch (error) {
    return { problem: `can't read ${file}: ${errorMessage(error)}` };
  }
}

interface Verdict {
  readonly message: Result<Value>;
  readonly result: Result<Genuine>;
}

function verdicts(bytes: Buffer, format: FileFormat, judge: Judge): readonly { readonly outcome: string }[] {
  const receipt: Receipt = { listener: listenerOf[format], address: undefined, receivedAt: Date.now() };
  return judged(bytes, format, judge, receipt).map(({ message, result }, index) => ({
    index,
    outcome: result.ok ? "recorded" : "rejected",
    reason: result.ok ? null : result.reason,
    detail: result.ok ? (result.value.mark ?? null) : result.detail,
    kind: result.ok ? result.value.record.kind : apparentKind(message),
    dialect: result.ok ? result.value.record.dialect : null,
    key: result.ok ? result.value.keyId : null,
    message_id: textField(message, "message_id"),
    counter_name: textField(message, "counter_name"),
  }));
}

/** How the messages of such a file would have reached us. */
const listenerOf = { datagram: "udp", frames: "tcp", envelope: "queue" } as const;

function judged(bytes: Buffer, format: FileFormat, judge: Judge, receipt: Receipt): readonly Verdict[] {
  if (format === "frames") {
    return splitFrames(bytes).flatMap((frame) =>
      frame.ok ? judged(frame.value, "datagram", judge, receipt) : [{ message: frame, result: frame }],
    );
  }
  if (format === "datagram" && isEnvelope(bytes)) {
    return judge.bytes(bytes, receipt).map((result) => ({
      message: result.ok ? accept(toMessage(result.value.record)) : result,
      result,
    }));
  }
  // Decoded once more, to show what a message that is not genuine says of itself.
  const messages = messagesOf(bytes, format, receipt.listener === "udp" ? datagramLimits : messageLimits);
  const results = format === "envelope" ? judge.text(bytes.toString("utf8"), {}, receipt) : judge.bytes(bytes, receipt);
  return messages.map((message, index) => {
    const result = results[index];
    if (result === undefined) throw new TypeError("a judge gives one answer a message");
    return { message, result: message.ok ? result : message };
  });
}

function apparentKind(message: Result<Value>): "sample" | "event" | null {
  if (!message.ok || !isValueMap(message.value)) return null;
  if (message.value.has("counter_name")) return "sample";
  return message.value.has("event_type") ? "event" : null;
}

/** One field of an unproved message, to find it by. */
function textField(message: Result<Value>, name: string): string | null {
  const value = message.ok && isValueMap(message.value) ? message.value.get(name) : undefined;
  return typeof value === "string" ? value.slice(0, 256) : null;
}
