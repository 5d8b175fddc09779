import { expect, it } from "vitest";
import { LruCache } from "../../lib/flow/lru-cache.ts";

it("remembers up to its weight, and forgets what was used longest ago", () => {
  const recent = new LruCache<string>(3);
  for (const key of ["a", "b", "c"]) recent.set(key, key.toUpperCase());
  expect(recent.get("a")).toBe("A");
  recent.set("d", "D");
  expect(["a", "b", "c", "d"].map((key) => recent.get(key))).toEqual(["A", undefined, "C", "D"]);
});

it("counts what is set again once, with its new weight", () => {
  const recent = new LruCache<number>(3);
  recent.set("a", 1);
  recent.set("a", 2, 2);
  recent.set("b", 3);
  expect([recent.get("a"), recent.get("b")]).toEqual([2, 3]);
  recent.set("b", 4, 2);
  expect([recent.get("a"), recent.get("b")]).toEqual([undefined, 4]);
});

it("does not remember what alone is too heavy", () => {
  const recent = new LruCache<number>(3);
  recent.set("a", 1, 4);
  expect(recent.get("a")).toBeUndefined();
});
