import { describe, expect, it } from "vitest";
import { differencesOf } from "./compare-rows.ts";

const PUBLISHED = '{"message_id":"1","counter_volume":1.0,"resource_metadata":{"a":[-0.0],"b":{"$float":"nan"}}}';
const OURS = '"message_signature":"0f","dialect":"py3","time":"2022-09-30T12:00:00.000000Z"';
const STORED = `{"format":2,"resource_metadata":{"b":{"$float":"nan"},"a":[-0.0]},"counter_volume":1.0,"message_id":"1",${OURS}}`;

describe("comparing stored rows with what was published", () => {
  it("finds nothing where all is stored exactly, in whatever order", () => {
    expect(differencesOf([PUBLISHED], [STORED])).toEqual([]);
  });

  it.each([
    ["an integer for a float", '"counter_volume":1,'],
    ["another value", '"counter_volume":2.0,'],
    ["a field more", '"counter_volume":1.0,"user_id":null,'],
    ["a field less", ""],
  ])("finds %s", (_, volume) => {
    const stored = STORED.replace('"counter_volume":1.0,', volume);
    expect(differencesOf([PUBLISHED], [stored])).toEqual([`stored otherwise: ${PUBLISHED}`]);
  });

  it("finds what is missing, what is there twice and what nobody published", () => {
    const missing = PUBLISHED.replace('"1"', '"2"');
    const stranger = STORED.replace('"1"', '"3"');
    expect(differencesOf([PUBLISHED, missing], [STORED, STORED, stranger])).toEqual([
      `stored 2 times: ${PUBLISHED}`,
      `stored 0 times: ${missing}`,
      "stored, but not published: 3",
    ]);
  });
});
