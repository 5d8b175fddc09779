import { describe, expect, it } from "vitest";
import { examplesOf } from "./example.ts";

const samples = `| timestamp | counter_volume |
|---|---:|
| 2022-09-30 | 3 |`;
const answer = `| from | amount |
|---|---:|
| 2022-09-30 | 3 |`;
const question = "```sh\ncountersign usage --from 2022-09-30\n```";
const sectionOf = (...blocks: readonly string[]) => ["# A page", "## A group", "### Three", ...blocks].join("\n\n");

/** A table of one row. */
function tableOf(...cells: readonly (readonly [string, string])[]) {
  return { columns: cells.map(([column]) => column), rows: [new Map(cells)] };
}

describe("the examples of a page", () => {
  it("are its sections: samples of a meter, questions with their answers, drawings and prose", () => {
    const words = "`requests`, a delta in `request`:";
    const drawing = "```text\n3 |·\n```";
    const stored = tableOf(["timestamp", "2022-09-30"], ["counter_volume", "3"]);
    const told = tableOf(["from", "2022-09-30"], ["amount", "3"]);
    expect(examplesOf(sectionOf(words, samples, drawing, question, answer, "`1 + 2 = 3`."))).toEqual([
      {
        title: "Three",
        steps: [
          { kind: "samples", meter: { name: "requests", type: "delta", unit: "request" }, table: stored },
          { kind: "question", command: "countersign usage --from 2022-09-30", answer: told },
        ],
        prose: `${words}\n\`1 + 2 = 3\`.`,
        tables: [stored, told],
        drawings: ["3 |·"],
      },
    ]);
  });

  it.each([
    ["samples of no meter", sectionOf(samples)],
    ["an answer to nothing", sectionOf(answer)],
    ["a command without an answer", sectionOf(question)],
    ["a command and then a word", sectionOf(question, "So it is.", answer)],
    ["a command and then samples", sectionOf("`m`, a delta in `u`:", question, samples)],
    ["a block of another language", sectionOf("```json\n{}\n```")],
    ["a cell too many", sectionOf("`m`, a delta in `u`:", `${samples} 4 |`)],
  ])("can't have what nobody would check: %s", (_what, page) => {
    expect(() => examplesOf(page)).toThrow();
  });
});
