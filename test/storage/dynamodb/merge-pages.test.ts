import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { merged, mergedFromPlaces, type NextPage } from "../../../lib/storage/dynamodb/merge-pages.ts";
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

describe("sorted lists of which the first items' places are known", () => {
  const descending = (a: number, b: number) => b - a;
  const placeOf = (item: number) => String(item).padStart(3, "0");

  it("are one sorted list, though a place may be before the first item", async () => {
    const list = fc.array(fc.nat(50), { minLength: 1 }).map((numbers) => numbers.toSorted(descending));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(list, fc.nat(3)), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (lists, n) => {
          const unopened = lists.map(([numbers, less]) => ({
            place: placeOf((numbers[0] ?? 0) + less),
            next: pagesOf([[], numbers]).next,
          }));
          const all = await allOf(mergedFromPlaces(unopened, descending, placeOf, n));
          expect(all).toEqual(lists.flatMap(([numbers]) => numbers).toSorted(descending));
        },
      ),
    );
  });

  it("are opened only when their place is reached", async () => {
    const lists = [[9, 3], [7], [7, 6], [2]].map((numbers) => ({
      ...pagesOf([numbers]),
      place: placeOf(numbers[0] ?? 0),
    }));
    const items = mergedFromPlaces(lists, descending, placeOf, 1);
    const opened = () => lists.map(({ asked }) => asked());
    expect([(await items.next()).value, opened()]).toEqual([9, [1, 0, 0, 0]]);
    expect([(await items.next()).value, opened()]).toEqual([7, [1, 1, 1, 0]]);
    expect([(await items.next()).value, (await items.next()).value]).toEqual([7, 6]);
    expect([(await items.next()).value, opened()[3]]).toEqual([3, 0]);
    expect([(await items.next()).value, opened()[3]]).toEqual([2, 1]);
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
