import { describe, expect, it } from "vitest";
import { createInTurn } from "../../lib/flow/in-turn.ts";

/** Work that notes when it begins and when it ends. */
function noting() {
  const noted: string[] = [];
  const work = (name: string) => async () => {
    noted.push(`${name} begins`);
    await new Promise(setImmediate);
    noted.push(`${name} ends`);
    return name;
  };
  return { noted, work };
}

describe("work in turn", () => {
  it("begins when all before it has ended, and answers whoever gave it", async () => {
    const { noted, work } = noting();
    const inTurn = createInTurn();
    expect(await Promise.all(["a", "b", "c"].map((name) => inTurn(work(name))))).toEqual(["a", "b", "c"]);
    expect(noted).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("goes on after work that failed, which only its giver hears of", async () => {
    const { noted, work } = noting();
    const inTurn = createInTurn();
    const broken = inTurn(() => Promise.reject(new Error("broken")));
    const thrown = inTurn(() => {
      throw new Error("thrown");
    });
    const next = inTurn(work("next"));
    expect(await Promise.allSettled([broken, thrown, next])).toEqual([
      { status: "rejected", reason: new Error("broken") },
      { status: "rejected", reason: new Error("thrown") },
      { status: "fulfilled", value: "next" },
    ]);
    expect(noted).toEqual(["next begins", "next ends"]);
  });
});
