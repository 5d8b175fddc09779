import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { baselineOf, type Ratios, worse } from "./baseline.ts";
import { writeDocs } from "./docs.ts";
import { listen } from "./listen.ts";
import { type Result, tableOf } from "./result.ts";
import { store } from "./store.ts";
import { verify } from "./verify.ts";

const benches: Readonly<Record<string, () => Promise<Result>>> = {
  verify,
  store,
  listen: () => listen({ rate: 4_000, seconds: 3, rounds: 5 }),
};

const BASELINE = new URL("baseline.json", import.meta.url);

/**
 * Prints how fast it is: all benches, or those that are named. `--json FILE` writes all rounds of each figure, `--check`
 * compares ratios with the baseline that is kept beside this file; `--keep` writes that, the documentation's tables and its
 * plot.
 */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "string" },
      check: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      /** How many times the baseline's ratio is too much. */
      tolerance: { type: "string", default: "1.3" },
    },
  });
  const names = positionals.length === 0 ? Object.keys(benches) : positionals;
  const unknown = names.find((name) => benches[name] === undefined);
  if (unknown !== undefined) {
    console.error(`no bench ${unknown}: choose from ${Object.keys(benches).join(", ")}`);
    return 2;
  }
  const results: Result[] = [];
  for (const name of names) {
    const result = await benches[name]?.();
    if (result === undefined) continue;
    results.push(result);
    console.log(`${tableOf(result).join("\n")}\n`);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results.map(plain), null, 2)}\n`);
  if (values.keep) {
    writeFileSync(BASELINE, `${JSON.stringify(baselineOf(results), null, 2)}\n`);
    writeDocs(results);
  }
  if (!values.check) return 0;
  const kept: Ratios = JSON.parse(readFileSync(BASELINE, "utf8"));
  const found = worse(kept, baselineOf(results), Number(values.tolerance));
  for (const line of found) console.log(`SLOWER ${line}`);
  console.log(found.length === 0 ? "no ratio is above its baseline's tolerance" : `${found.length} too slow`);
  return found.length === 0 ? 0 : 1;
}

function plain({ lost, ...result }: Result): object {
  return { ...result, ...(lost !== undefined && { lost: Object.fromEntries(lost) }) };
}

process.exitCode = await main();
