import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { promisedLimits } from "./promised-limits.ts";
import { promised as promisedBeside } from "./promises.ts";

const promised = [...promisedBeside, ...promisedLimits];
const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

/** The lines of a section that promise something: its bullets, or the rows of its table. */
function promisesIn(page: string, heading: string): readonly string[] {
  const section = read(page)
    .split(/^## /m)
    .find((one) => one.startsWith(heading));
  const lines = section?.split("\n") ?? [];
  return lines.filter(
    (line, index) => line.startsWith("- ") || (/^\| (?!-)/.test(line) && !/^\|-/.test(lines[index + 1] ?? "")),
  );
}

const pages = [
  ["SECURITY.md", "What is protected"],
  ["SECURITY.md", "On AWS"],
  ["SECURITY.md", "Limits on what outsiders control"],
] as const;

describe("every promise about security", () => {
  it.each(pages)("in %s, %s, names a test", (page, heading) => {
    const lines = promisesIn(page, heading);
    expect(lines.length).toBeGreaterThan(5);
    const unbacked = lines.filter((line) => !promised.some((one) => one.page === page && line.includes(one.says)));
    expect(unbacked).toEqual([]);
  });

  it.each(promised)("is on its page once, and its tests are there: $says", ({ page, says, backedBy }) => {
    expect(read(page).split(says)).toHaveLength(2);
    expect(backedBy.length).toBeGreaterThan(0);
    const missing = backedBy.filter((test) => {
      const [file = "", ...title] = test.split(": ");
      return !existsSync(`${root}${file}`) || !unescaped(read(file)).includes(`"${title.join(": ")}"`);
    });
    expect(missing).toEqual([]);
  });
});

/** As a title is read, not as its file spells it. */
function unescaped(source: string): string {
  return source.replace(/\\(["'`])/g, "$1");
}
