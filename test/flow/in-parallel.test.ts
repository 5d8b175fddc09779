import { expect, it } from "vitest";
import { mapInParallel } from "../../lib/flow/in-parallel.ts";

it("answers in the order of the items, with at most so many at a time", async () => {
  let running = 0;
  let most = 0;
  const answers = await mapInParallel([5, 1, 4, 2, 3], 2, async (item) => {
    running++;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  expect([answers, most]).toEqual([[50, 10, 40, 20, 30], 2]);
});

it("answers nothing for nothing", async () => {
  expect(await mapInParallel([], 4, async () => 1)).toEqual([]);
});

it("rejects with what one of them throws", async () => {
  const broken = async (item: number) => {
    if (item === 2) throw new Error("broken");
  };
  await expect(mapInParallel([1, 2, 3], 2, broken)).rejects.toThrow("broken");
});
