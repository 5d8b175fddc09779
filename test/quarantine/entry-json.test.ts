import { describe, expect, it } from "vitest";
import { cutEntry } from "../../lib/quarantine/cut-entry.ts";
import { fromEntryJson, toEntryJson } from "../../lib/quarantine/entry-json.ts";
import { aDatagram, aQueueMessage, RECEIVED_AT } from "./suspects.ts";

const entry = cutEntry(aQueueMessage("body", { attributes: { a: "b" } }), 100, RECEIVED_AT + 5);
const line = toEntryJson(entry);

describe("an entry as JSON", () => {
  it("is one object that a person can read", () => {
    expect(JSON.parse(line)).toEqual({
      "countersign-quarantine": 1,
      id: entry.id,
      reasons: [{ reason: "undecodable", detail: "not msgpack" }],
      listener: "queue",
      address: null,
      receivedAt: RECEIVED_AT,
      keptAt: RECEIVED_AT + 5,
      form: "text",
      attributes: { a: "b" },
      content: "body",
      size: 4,
      truncated: false,
    });
    expect(line).not.toContain("\n");
    expect(JSON.parse(toEntryJson(cutEntry(aDatagram("body"), 2, 0)))).toMatchObject({
      form: "bytes",
      attributes: {},
      content: "Ym8=",
      size: 4,
      truncated: true,
    });
  });

  it.each<[string, unknown, string]>([
    ["countersign-quarantine", 2, "written in version 2 of the format"],
    ["id", "0".repeat(64), "its content is not what its id says"],
    ["id", 7, "id is not 64 hexadecimal digits"],
    ["content", "another body", "its content is not what its id says"],
    ["attributes", { a: "c" }, "its content is not what its id says"],
    ["attributes", { a: 1 }, "its receipt, form, attributes or content is not as it was written"],
    ["attributes", null, "its receipt, form, attributes or content is not as it was written"],
    ["form", "base85", "its receipt, form, attributes or content is not as it was written"],
    ["content", null, "its receipt, form, attributes or content is not as it was written"],
    ["listener", "http", "its receipt, form, attributes or content is not as it was written"],
    ["address", 1, "its receipt, form, attributes or content is not as it was written"],
    ["receivedAt", 1e300, "its receipt, form, attributes or content is not as it was written"],
    ["receivedAt", "2026", "its receipt, form, attributes or content is not as it was written"],
    ["reasons", [], "reasons is not a list of reasons and details"],
    ["reasons", [null], "reasons is not a list of reasons and details"],
    ["reasons", [{ reason: "mood", detail: "" }], "reasons is not a list of reasons and details"],
    ["keptAt", -1, "keptAt, size or truncated is not as it was written"],
    ["size", 1.5, "keptAt, size or truncated is not as it was written"],
    ["truncated", "no", "keptAt, size or truncated is not as it was written"],
  ])("is refused when %s is %j", (name, value, problem) => {
    const changed = JSON.stringify({ ...JSON.parse(line), [name]: value });
    expect(fromEntryJson(changed)).toEqual({ ok: false, problem });
  });

  it.each(["", "null", "7", "[", '"x"'])("is refused when it is %j", (text) => {
    expect(fromEntryJson(text)).toEqual({ ok: false, problem: "not a JSON object" });
  });
});
