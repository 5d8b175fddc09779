import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { plotOf } from "./plot.ts";
import { type Result, tableOf } from "./result.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);
const PLOT = new URL("../docs/images/bench.svg", import.meta.url);

/** Writes the tables into the page, each between its marks, and the plot beside it. */
export function writeDocs(results: readonly Result[]): void {
  let page = readFileSync(PAGE, "utf8");
  for (const result of results) {
    const [begin, end] = [`<!-- bench ${result.bench} -->`, `<!-- /bench ${result.bench} -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from === -1 || to === -1) throw new Error(`docs/performance.md has no place for the bench ${result.bench}`);
    page = `${page.slice(0, from)}${begin}\n\`\`\`text\n${tableOf(result).join("\n")}\n\`\`\`\n${page.slice(to)}`;
  }
  writeFileSync(PAGE, page);
  mkdirSync(new URL("./", PLOT), { recursive: true });
  writeFileSync(PLOT, plotOf(results));
}
