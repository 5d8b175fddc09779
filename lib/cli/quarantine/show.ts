import type { Entry } from "../../quarantine/entry.ts";
import type { Arrived } from "../../sample/arrived.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { shownContent } from "./content.ts";
import { quarantineOption, withQuarantine } from "./options.ts";

export async function showQuarantined(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions({ args: [...args], allowPositionals: true, options: quarantineOption });
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0)
    return usageError(io, "give one ID to show, as countersign quarantine ls prints it");
  return withQuarantine(values.quarantine, io, async (quarantine) => {
    const found = await quarantine.get(id);
    if (!found.ok) {
      io.err(`countersign: ${found.problem}`);
      return EXIT_FAILED;
    }
    io.out(shown(found.entry));
    return EXIT_OK;
  });
}

/** One JSON object, a field a line. By hand, because a message's numbers are beyond what JSON.stringify can write. */
function shown({ id, arrived, size, truncated, reasons, keptAt }: Entry): string {
  const { listener, address = null, receivedAt } = arrived.receipt;
  const fields: (readonly [name: string, json: string])[] = [
    ["id", JSON.stringify(id)],
    ["received", JSON.stringify(new Date(receivedAt))],
    ["kept", JSON.stringify(new Date(keptAt))],
    ["listener", JSON.stringify(listener)],
    ["address", JSON.stringify(address)],
    ["size", String(size)],
    ["truncated", String(truncated)],
    ["reasons", listed(reasons.map((rejection) => JSON.stringify(rejection)))],
    ["form", JSON.stringify(arrived.form)],
    ...(arrived.form === "text" ? [["attributes", JSON.stringify(arrived.attributes)] as const] : []),
    ...contentFields(arrived),
  ];
  return `{\n${fields.map(([name, json]) => `  "${name}": ${json}`).join(",\n")}\n}`;
}

function contentFields(arrived: Arrived): readonly (readonly [name: string, json: string])[] {
  const content = shownContent(arrived);
  if (content.ok) {
    const { envelope, messages } = content.value;
    const header = envelope && [
      ["envelope", `{"keyId":${JSON.stringify(envelope.keyId)},"sentAt":${envelope.sentAt}}`] as const,
    ];
    return [...(header ?? []), ["messages", listed(messages.map(toExactJson))]];
  }
  const whole =
    arrived.form === "text"
      ? (["text", JSON.stringify(arrived.text)] as const)
      : (["hex", `"${Buffer.from(arrived.bytes).toString("hex")}"`] as const);
  return [["undecodable", JSON.stringify(content.detail)], whole];
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n${items.map((item) => `    ${item}`).join(",\n")}\n  ]`;
}
