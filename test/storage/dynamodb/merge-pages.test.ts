import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merged, type NextPage } from "../../../lib/storage/dynamodb/merge-pages.ts";
import { allOf } from "../reading.ts";

const ascending = (a: number, b: number) => a - b;

/** A list that notes how many of its pages were asked for. */
function pagesOf(pages: readonly (readonly number[])[]): { next: NextPage<number>; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    next: async () => {
      asked++;
      return pages[asked - 1];
    },
  };
}

describe("sorted lists, merged,", () => {
  it("are one sorted list, whatever pages they come in", async () => {
    const list = fc
      .tuple(fc.array(fc.nat(50)), fc.array(fc.nat(5)))
      .map(([numbers, lengths]) => intoPages(numbers.toSorted(ascending), lengths));
    await fc.assert(
      fc.asyncProperty(fc.array(list, { maxLength: 8 }), async (lists) => {
        const all = await allOf(
          merged(
            lists.map((pages) => pagesOf(pages).next),
            ascending,
          ),
        );
        expect(all).toEqual(lists.flat(2).toSorted(ascending));
      }),
    );
  });

  it("are asked for a page only when it is needed", async () => {
    const small = pagesOf([[1, 2], [3]]);
    const large = pagesOf([[10], [11]]);
    const items = merged([small.next, large.next], ascending);
    expect([(await items.next()).value, (await items.next()).value]).toEqual([1, 2]);
    expect([small.asked(), large.asked()]).toEqual([1, 1]);
    expect((await items.next()).value).toBe(3);
    expect([small.asked(), large.asked()]).toEqual([2, 1]);
  });
});

function intoPages(numbers: readonly number[], lengths: readonly number[]): readonly (readonly number[])[] {
  const pages: (readonly number[])[] = [];
  let rest = numbers;
  for (const length of lengths) {
    pages.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return [...pages, rest];
}
