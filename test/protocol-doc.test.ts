import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTimestamp } from "../lib/judge/parse/timestamp.ts";
import { tcpLimits } from "../lib/listener/tcp/tcp-limits.ts";
import { rejectionReasons } from "../lib/sample/rejection.ts";
import { dialects } from "../lib/sample/sample.ts";
import { isValueMap, type ValueMap } from "../lib/sample/value.ts";
import { canonicalText, MAX_CANONICAL_TEXT } from "../lib/signature/legacy/canonical-text.ts";
import { MAX_REMEMBERED_BYTES } from "../lib/signature/legacy/field-names.ts";
import { sign } from "../lib/signature/legacy/sign.ts";
import { MOST_TEXT_PER_BYTE, OWN_TEXT_PER_BYTE } from "../lib/signature/legacy/text-budget.ts";
import { fromExactJson } from "../lib/wire/exact-json.ts";
import { datagramLimits, messageLimits } from "../lib/wire/limits.ts";
import { MAX_INFLATION } from "../lib/wire/queue-packing.ts";
import { key } from "./support/fixtures.ts";

const protocol = readFileSync(new URL("../docs/protocol.md", import.meta.url), "utf8");
const security = readFileSync(new URL("../SECURITY.md", import.meta.url), "utf8");

/** The cells of the table below a header, without their back-quotes. */
function tableBelow(header: string): readonly (readonly string[])[] {
  const [, below = ""] = protocol.split(`${header}\n`);
  const lines = below.split("\n").slice(1);
  const rows = lines.slice(0, lines.indexOf(""));
  return rows.map((row) =>
    row
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replace(/^`|`$/g, "")),
  );
}

function mapOf(json: string): ValueMap {
  const read = fromExactJson(json);
  if (!read.ok || !isValueMap(read.value)) throw new Error(`not a map: ${json}`);
  return read.value;
}

function textsOf(message: ValueMap): readonly string[] {
  return dialects.map((dialect) => {
    const canonical = canonicalText(message, dialect);
    return canonical.kind === "text" ? canonical.text : canonical.kind;
  });
}

describe("docs/protocol.md", () => {
  it("shows what each dialect signs", () => {
    const rows = tableBelow("| message | py3 | kilo | icehouse |");
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(([json = ""]) => [json, ...textsOf(mapOf(json))])).toEqual(rows);
  });

  it("shows a sample with its text and its signature", () => {
    const [, json = ""] = /This sample\n\n```json\n(.*?)```/s.exec(protocol) ?? [];
    const [, text] = /in every dialect:\n\n```text\n(.*?)\n```/s.exec(protocol) ?? [];
    expect(textsOf(mapOf(json))).toEqual([text, text, text]);
    expect(protocol).toContain(`its signature is \`${sign(mapOf(json), key("s3cret"), "py3")}\``);
  });

  it("shows how times are read", () => {
    const rows = tableBelow("| sent | `time` |");
    const refused = rows.filter(([, time]) => time?.startsWith("refused")).flatMap(([sent = ""]) => sent.split("`, `"));
    const read = rows.filter(([, time]) => !time?.startsWith("refused"));
    expect(read.map(([sent = ""]) => [sent, parseTimestamp(sent)])).toEqual(read);
    expect(refused.map(parseTimestamp)).toEqual(refused.map(() => undefined));
    expect([read.length, refused.length]).toEqual([5, 4]);
  });

  it("shows the limits, of the wire and of what outsiders may hold", () => {
    const figures = (...limits: readonly number[]) => limits.map((limit) => limit.toLocaleString("en"));
    const names = ["maxBytes", "maxStringLength", "maxDepth", "maxMapLength", "maxArrayLength"] as const;
    const rows = tableBelow("| limit | UDP datagram | TCP frame, queue message |").map(([, ...shown]) => shown);
    expect(rows).toEqual([
      ...names.map((name) => figures(datagramLimits[name], messageLimits[name])),
      ["–", ...figures(messageLimits.maxIntegerDigits)],
      figures(MAX_CANONICAL_TEXT, MAX_CANONICAL_TEXT),
    ]);
    const { frameTimeoutMs, maxConnections, maxBufferedBytes } = tcpLimits();
    expect(security).toContain(`${frameTimeoutMs / 1_000} s | \`lib/listener/tcp/tcp-limits.ts\``);
    expect(security).toContain(`| connections of one TCP listener | ${figures(maxConnections)} (`);
    expect(security).toContain(`all connections | ${maxBufferedBytes / 1_048_576} MiB (`);
  });

  it("shows what the unproved may cost for each byte", () => {
    const rows = tableBelow("| cost | at most | in all of one list |");
    const budget = `${OWN_TEXT_PER_BYTE} for each byte, and ${MAX_CANONICAL_TEXT.toLocaleString("en")}`;
    expect(rows[1]).toEqual([
      "bytes that gzip in a queue message inflates to",
      `${MAX_INFLATION} for each byte`,
      "the same",
    ]);
    expect(rows[2]).toEqual([
      "characters of the text to sign, in each dialect",
      `${MOST_TEXT_PER_BYTE} for each byte`,
      budget,
    ]);
    expect(security).toContain(
      `${OWN_TEXT_PER_BYTE} characters for each byte, and ${MAX_CANONICAL_TEXT.toLocaleString("en")}`,
    );
    expect(security).toContain(`characters, and ${MOST_TEXT_PER_BYTE} for each byte of the message`);
    expect(security).toContain(`for each dialect | ${MAX_REMEMBERED_BYTES / 1_048_576} MiB |`);
  });

  it("has every reason", () => {
    expect(tableBelow("| reason | means | what to do |").map(([reason]) => reason)).toEqual(rejectionReasons);
  });
});
