import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  eventDayKey,
  eventPartition,
  meterIndexKey,
  meterKey,
  parseEventDayKey,
  parseMeterKey,
  parseResourcePartition,
  parseSamplePartition,
  parseTimeKey,
  projectIndexKey,
  resourcePartition,
  samplePartition,
  timeKey,
  versionKey,
} from "../../../../lib/storage/dynamodb/layout/keys.ts";
import { anyCodePoint } from "../../../support/any-code-point.ts";

/** Text made to collide: little but the marks that keys are built with. */
const hostile = fc.string({ unit: fc.constantFrom("#", "%", "2", "3", "5", "a", "e", "s"), maxLength: 6 });
const text = fc.oneof(hostile, fc.string({ unit: anyCodePoint, maxLength: 8 }));
const pair = fc.tuple(text, text);

describe("the key of a partition", () => {
  it("is one for a meter and a resource, and reads as these", () => {
    expect(samplePartition("disk.read.bytes", "vm-1")).toBe("s#disk.read.bytes#vm-1");
    expect(samplePartition("50%", "a#b")).toBe("s#50%25#a%23b");
    fc.assert(
      fc.property(pair, ([meter, resource]) => {
        expect(parseSamplePartition(samplePartition(meter, resource))).toEqual({ meter, resource });
      }),
    );
  });

  it("never is that of two pairs", () => {
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const same = one[0] === other[0] && one[1] === other[1];
        expect(samplePartition(...one) === samplePartition(...other)).toBe(same);
        expect(eventPartition(...one) === eventPartition(...other)).toBe(same);
        expect(eventDayKey(...one) === eventDayKey(...other)).toBe(same);
      }),
    );
  });

  it("never is a sample's and an event's", () => {
    fc.assert(
      fc.property(pair, pair, (sample, event) => {
        expect(samplePartition(...sample)).not.toBe(eventPartition(...event));
      }),
    );
  });

  it("leaves room for a shard, which is no part of the resource", () => {
    expect(parseSamplePartition(`${samplePartition("cpu", "a#b")}#7`)).toEqual({ meter: "cpu", resource: "a#b" });
  });

  it.each(["", "s", "s#cpu", "e#type#2022-09-30", "x#y#z"])("is not %j for samples", (key) => {
    expect(parseSamplePartition(key)).toBeUndefined();
  });

  it("of the resources table reads as the resource, and is no other", () => {
    fc.assert(
      fc.property(text, (resource) => {
        expect(parseResourcePartition(resourcePartition(resource))).toBe(resource);
      }),
    );
    expect(parseResourcePartition("events")).toBeUndefined();
  });
});

describe("the sort key", () => {
  it("reads as the time and the message id, whatever that holds", () => {
    fc.assert(
      fc.property(text, fc.nat(), (messageId, content) => {
        const time = "2022-09-30T12:00:00.123456Z";
        const digest = content.toString(16).padStart(32, "0");
        expect(parseTimeKey(timeKey(time, messageId, digest), digest.length)).toEqual({ time, messageId });
      }),
    );
  });

  it("of format 1 ends with the message id, whatever that holds", () => {
    fc.assert(
      fc.property(text, (messageId) => {
        const time = "2022-09-30T12:00:00.123456Z";
        expect(parseTimeKey(`${time}#${messageId}`, 0)).toEqual({ time, messageId });
      }),
    );
  });

  it("sorts by time before the message id", () => {
    const keys = [
      timeKey("2022-09-30T12:00:00.000000Z", "\u{10ffff}", "f"),
      timeKey("2022-09-30T12:00:00.000001Z", "", "0"),
    ];
    expect(keys.toSorted()).toEqual(keys);
  });

  it("of a meter is its own for each type and unit", () => {
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.tuple(text, text, text), (one, other) => {
        expect(meterKey(...one) === meterKey(...other)).toBe(one.every((part, index) => part === other[index]));
        expect(parseMeterKey(meterKey(...one))).toBe(one[0]);
      }),
    );
    expect(parseMeterKey("v#00")).toBeUndefined();
  });

  it("of a metadata version is its hash", () => {
    expect(versionKey(new Uint8Array([0, 171, 255]))).toBe("v#00abff");
  });

  it("of an event's day begins with the day", () => {
    expect(eventDayKey("2022-09-30", "image#1")).toBe("2022-09-30#image%231");
    expect(parseEventDayKey("2022-09-30#image%231")).toEqual({ day: "2022-09-30", type: "image#1" });
    expect(parseEventDayKey("2022-09-30")).toBeUndefined();
  });
});

it("makes index keys that are never empty", () => {
  expect([projectIndexKey(""), projectIndexKey("a#b"), meterIndexKey("cpu")]).toEqual(["p#", "p#a%23b", "m#cpu"]);
});
