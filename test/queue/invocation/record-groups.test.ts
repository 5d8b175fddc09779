import { describe, expect, it } from "vitest";
import { groupsOf } from "../../../lib/queue/invocation/record-groups.ts";
import { queueRecord } from "../handling.ts";

function message(id: string, characters: number, times = "1") {
  const { attributes } = queueRecord(id, "");
  return queueRecord(id, "x".repeat(characters), { attributes: { ...attributes, ApproximateReceiveCount: times } });
}

function idsOf(...records: Parameters<typeof groupsOf>[0]) {
  return groupsOf(records).map((group) => group.map(({ record }) => record.messageId));
}

describe("the records of an event", () => {
  it("go together while they are a hundred, and little more than a megabyte", () => {
    const hundredOne = Array.from({ length: 101 }, (_, index) => message(`${index}`, 10));
    expect(idsOf(...hundredOne).map((group) => group.length)).toEqual([100, 1]);
    expect(idsOf(message("a", 500_000), message("b", 500_000), message("c", 500_000), message("d", 2_000_000))).toEqual(
      [["a", "b"], ["c"], ["d"]],
    );
  });

  it("go by length, and alone after all others if they were received before", () => {
    const records = [message("a", 30, "2"), message("b", 20), message("c", 20, "5"), message("d", 10, "")];
    expect(idsOf(...records)).toEqual([["d", "b"], ["c"], ["a"]]);
  });

  it("keep their place in the event", () => {
    const records = [message("a", 30), message("b", 20, "2"), message("c", 10)];
    const places = groupsOf(records)
      .flat()
      .map(({ record, number }) => records[number] === record);
    expect(places).toEqual([true, true, true]);
  });
});
