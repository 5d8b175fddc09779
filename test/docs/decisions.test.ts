import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../../docs/decisions/", import.meta.url);
const pages = readdirSync(folder).filter((name) => name !== "README.md");
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const LINK = String.raw`\[[0-9]{4}\]\([0-9]{4}-[a-z0-9-]+\.md\)`;
const STATUS = new RegExp(
  `^# ([0-9]{4}): .+\n\nStatus: (?:accepted|accepted, amended by ${LINK}(?: and ${LINK})*|superseded by ${LINK})\\.\n\n`,
);

describe("the decisions", () => {
  it.each(pages)("%s has its number, and says whether it still holds", (name) => {
    expect(STATUS.exec(read(name))?.[1]).toBe(name.slice(0, 4));
  });

  it("have a number each", () => {
    expect(new Set(pages.map((name) => name.slice(0, 4))).size).toBe(pages.length);
  });

  it("stand in the index with their title and status", () => {
    const rows = pages.sort().map((name) => {
      const [, title = "", status = ""] = /^# [0-9]{4}: (.+)\n\nStatus: (.+)\.\n/.exec(read(name)) ?? [];
      return `| [${name.slice(0, 4)}](${name}) | ${title} | ${status} |`;
    });
    expect(
      read("README.md")
        .split("\n")
        .slice(-rows.length - 1),
    ).toEqual([...rows, ""]);
  });
});
