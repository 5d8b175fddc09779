import { readFileSync, writeFileSync } from "node:fs";
import { costTable, withTable } from "./cost-table.ts";
import { networkCosts } from "./network-costs.ts";

const page = "docs/deploy.md";
writeFileSync(page, withTable(readFileSync(page, "utf8"), costTable(networkCosts())));
