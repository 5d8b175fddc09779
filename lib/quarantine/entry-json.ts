import type { Arrived, MessageAttributes } from "../sample/arrived.ts";
import { listenerNames } from "../sample/listener-name.ts";
import type { Receipt } from "../sample/receipt.ts";
import { type Rejection, rejectionReasons } from "../sample/rejection.ts";
import type { Entry } from "./entry.ts";
import { ENTRY_ID, entryId } from "./entry-id.ts";

/** Changes when an older reader would misread an entry. */
const VERSION = 1;

export type ReadEntry = { readonly ok: true; readonly entry: Entry } | { readonly ok: false; readonly problem: string };

/** One line of JSON; bytes are in base64. */
export function toEntryJson({ arrived, keptAt, ...entry }: Entry): string {
  const { listener, address, receivedAt } = arrived.receipt;
  return JSON.stringify({
    "countersign-quarantine": VERSION,
    ...entry,
    listener,
    address: address ?? null,
    receivedAt,
    keptAt,
    form: arrived.form,
    attributes: arrived.form === "text" ? arrived.attributes : {},
    content: arrived.form === "text" ? arrived.text : Buffer.from(arrived.bytes).toString("base64"),
  });
}

/** Reads what `toEntryJson` wrote. Anything else is a problem, also content that its id doesn't fit. */
export function fromEntryJson(text: string): ReadEntry {
  const fields = parsedObject(text);
  if (fields === undefined) return problem("not a JSON object");
  const version = fields.get("countersign-quarantine");
  if (version !== VERSION) return problem(`written in version ${JSON.stringify(version ?? null)} of the format`);
  const [id, keptAt, size, truncated] = ["id", "keptAt", "size", "truncated"].map((name) => fields.get(name));
  const receipt = receiptFrom(fields);
  const arrived = receipt && arrivedFrom(fields, receipt);
  const reasons = reasonsFrom(fields.get("reasons"));
  if (typeof id !== "string" || !ENTRY_ID.test(id)) return problem("id is not 64 hexadecimal digits");
  if (arrived === undefined) return problem("its receipt, form, attributes or content is not as it was written");
  if (reasons === undefined) return problem("reasons is not a list of reasons and details");
  if (!isCount(keptAt) || !isCount(size) || typeof truncated !== "boolean") {
    return problem("keptAt, size or truncated is not as it was written");
  }
  if (!truncated && entryId(arrived) !== id) return problem("its content is not what its id says");
  return { ok: true, entry: { id, reasons, arrived, keptAt, size, truncated } };
}

type Fields = ReadonlyMap<string, unknown>;

function receiptFrom(fields: Fields): Receipt | undefined {
  const listener = listenerNames.find((known) => known === fields.get("listener"));
  const [address, receivedAt] = [fields.get("address"), fields.get("receivedAt")];
  if (listener === undefined || !isCount(receivedAt)) return undefined;
  if (address !== null && typeof address !== "string") return undefined;
  return { listener, address: address ?? undefined, receivedAt };
}

function arrivedFrom(fields: Fields, receipt: Receipt): Arrived | undefined {
  const [form, content] = [fields.get("form"), fields.get("content")];
  const attributes = attributesFrom(fields.get("attributes"));
  if (typeof content !== "string" || attributes === undefined) return undefined;
  if (form === "text") return { form, text: content, attributes, receipt };
  return form === "bytes" ? { form, bytes: Buffer.from(content, "base64"), receipt } : undefined;
}

function attributesFrom(value: unknown): MessageAttributes | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const attributes: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string") return undefined;
    attributes.push([name, text]);
  }
  return Object.fromEntries(attributes);
}

function reasonsFrom(value: unknown): readonly Rejection[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rejections: Rejection[] = [];
  for (const item of value) {
    if (typeof item !== "object" || item === null || !("reason" in item) || !("detail" in item)) return undefined;
    const reason = rejectionReasons.find((known) => known === item.reason);
    if (reason === undefined || typeof item.detail !== "string") return undefined;
    rejections.push({ reason, detail: item.detail });
  }
  return rejections;
}

function parsedObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number of bytes, or of milliseconds that a date can show. */
function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= 8.64e15;
}

function problem(text: string): ReadEntry {
  return { ok: false, problem: text };
}
