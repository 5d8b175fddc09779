import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { costTable, totalCents, withTable } from "./cost-table.ts";
import { dollars } from "./idle-cost.ts";
import { networkCosts } from "./network-costs.ts";
import { unitPrices } from "./unit-prices.ts";

const page = readFileSync("docs/deploy.md", "utf8");

/** What a socket side was to cost idle, at most. */
const AIM_CENTS = 70_00n;

describe("the table of what a socket side costs idle", () => {
  it("stands in docs/deploy.md as the program counts it", () => {
    expect(withTable(page, costTable(networkCosts()))).toBe(page);
  });

  it("is 138.10 with endpoints and 108.90 with IPv6 egress, which is 38.90 more than it was to be", () => {
    const costs = networkCosts();
    const totals = Array.from(costs, ([network, lines]) => [network, dollars(totalCents(lines))]);
    expect(Object.fromEntries(totals)).toEqual({ endpoints: "138.10", "ipv6-egress": "108.90" });
    const over = totalCents(costs.get("ipv6-egress") ?? []) - AIM_CENTS;
    expect(dollars(over)).toBe("38.90");
    const decision = readFileSync("docs/decisions/0047-ipv6-in-the-place-of-endpoints.md", "utf8");
    const saved = totalCents(costs.get("endpoints") ?? []) - totalCents(costs.get("ipv6-egress") ?? []);
    expect(decision).toContain(`It saves ${dollars(saved)} a month`);
    expect(decision).toContain(`${dollars(AIM_CENTS)} a month, and misses that by ${dollars(over)}`);
    expect(page).toContain(`that is ${dollars(saved)} [a month](#idle-a-month) less`);
  });

  it("is of the prices that docs/deploy.md names", () => {
    const { asOf, region, source: _, hoursAMonth, ...prices } = unitPrices;
    expect(page).toContain(
      `list prices in ${region} as of ${asOf}, in US dollars, without free tiers, ${hoursAMonth} hours`,
    );
    const [, table = ""] = /\n\| price \| \|\n((?:\|.*\n)+)/.exec(page) ?? [];
    const named = new Set(Array.from(table.matchAll(/[0-9]+\.[0-9]+/g), ([number]) => number));
    expect(Object.values(prices).filter((price) => !named.has(price))).toEqual([]);
  });
});
