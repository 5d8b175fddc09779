import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lossFigures } from "../../lib/doctor/figures/loss-figures.ts";
import { examine } from "../../lib/doctor/finding/check.ts";
import { type Finding, worstFirst } from "../../lib/doctor/finding/finding.ts";

const finding = (severity: Finding["severity"], check: Finding["check"], about = "it"): Finding => ({
  ...{ severity, check, about },
  says: "it is so",
  todo: "mend it",
});

describe("checks", () => {
  it("end by their deadline, or fail, each by itself", async () => {
    const aborted: boolean[] = [];
    const found = await examine(
      [
        { name: "alarm", about: "late", look: (signal) => new Promise(() => noteAbort(signal, aborted)) },
        { name: "socket", about: "broken", look: () => Promise.reject(new Error("no way to http://me:pw@there")) },
        { name: "key", about: "fine", look: async () => [finding("risk", "key")] },
      ],
      20,
    );
    expect(found.map(({ severity, about, says }) => [severity, about, says])).toEqual([
      ["unseen", "late", "could not look, because it took more than 0.02 s"],
      ["unseen", "broken", "could not look, because no way to http://…@there"],
      ["risk", "it", "it is so"],
    ]);
    expect(aborted).toEqual([true]);
  });
});

describe("findings", () => {
  it("are told once each, the worst first, and of equally bad ones causes before effects", () => {
    const [lost, down, old, dark] = [
      finding("fault", "sample"),
      finding("fault", "socket"),
      finding("risk", "key"),
      finding("unseen", "stage"),
    ];
    expect(worstFirst([dark, old, lost, down, { ...lost }, finding("fault", "sample", "another")])).toEqual([
      ...[down, lost, finding("fault", "sample", "another"), old, dark],
    ]);
  });

  it("lead to sections that the runbook has", () => {
    const headings = Array.from(readFileSync("docs/runbook.md", "utf8").matchAll(/^#+ (.*)$/gm), ([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    expect(lossFigures.map(({ section }) => section).filter((section) => !headings.includes(section))).toEqual([]);
  });
});

function noteAbort(signal: AbortSignal, aborted: boolean[]): void {
  signal.addEventListener("abort", () => aborted.push(true));
}
