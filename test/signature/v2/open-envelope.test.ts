import { BlockList } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyring } from "../../../lib/keys/keyring.ts";
import { accept } from "../../../lib/sample/rejection.ts";
import { bytesKey, Timestamp, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { isEnvelope } from "../../../lib/signature/v2/envelope.ts";
import { type OpenOptions, openEnvelope } from "../../../lib/signature/v2/open-envelope.ts";
import { sealBody, sealEnvelope } from "../../../lib/signature/v2/seal-envelope.ts";
import { datagramLimits, messageLimits } from "../../../lib/wire/limits.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { anyCodePoint } from "../../support/any-code-point.ts";
import { RECEIVED_AT, receipt, v2Key } from "../../support/v2-keys.ts";

const key = v2Key("pub-7");
const signed = { keyId: key.id, secret: key.secret, sentAt: RECEIVED_AT };
const options: OpenOptions = {
  keyring: createKeyring([key, v2Key("pub-8"), v2Key("pub-9")]),
  receipt: receipt(),
  timeWindow: true,
  limits: messageLimits,
};
const message: ValueMap = new Map<string, Value>([["counter_name", "cpu"]]);

function reasonOf(bytes: Uint8Array, own: Partial<OpenOptions> = {}): string {
  const opened = openEnvelope(bytes, { ...options, ...own });
  return opened.ok ? "opened" : opened.reason;
}

const text = fc.string({ unit: anyCodePoint, maxLength: 20 });
const names = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.uint8Array().map(bytesKey) });
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(
      text,
      fc.constantFrom(null, true, false),
      fc.double(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      fc.uint8Array({ maxLength: 8 }),
      fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 40n }), fc.nat(999_999_999)).map(([s, ns]) => new Timestamp(s, ns)),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

describe("an envelope of signature v2", () => {
  it("gives back the messages that were sealed, deflated or not", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.boolean(), (messages, deflate) => {
        const sealed = sealEnvelope(messages, { ...signed, deflate });
        expect(isEnvelope(sealed)).toBe(true);
        const bytes = encodeMsgpack(messages).length;
        expect(openEnvelope(sealed, options)).toEqual({
          ok: true,
          value: { key, messages: messages.map(accept), bytes },
        });
      }),
    );
  });

  it("opens inside a larger buffer, of which it reads nothing else", () => {
    const sealed = sealEnvelope([message], signed);
    const around = Buffer.concat([Buffer.alloc(7, 0xff), sealed, Buffer.alloc(9, 0xff)]);
    expect(reasonOf(new Uint8Array(around.buffer, around.byteOffset + 7, sealed.length))).toBe("opened");
  });

  it("is rejected with any one byte of any other value, before its body is read", () => {
    for (const deflate of [false, true]) {
      const sealed = sealEnvelope([message], { ...signed, deflate });
      const reasons = new Set<string>();
      for (let at = 0; at < sealed.length; at++) {
        const original = sealed[at] ?? 0;
        for (let other = 1; other < 256; other++) {
          sealed[at] = original ^ other;
          const opened = openEnvelope(sealed, options);
          reasons.add(opened.ok ? `opened at ${at}` : `${opened.reason} ${opened.detail.split(":")[0]}`);
        }
        sealed[at] = original;
      }
      const fromHeader = [...reasons].filter((reason) => !reason.startsWith("unknown-key ")).sort();
      expect(fromHeader).toEqual([
        ...["7", "8", "9"].map((digit) => `bad-signature not signed with the key pub-${digit}`),
        "undecodable envelope",
      ]);
    }
  });

  it("is rejected wherever it is cut, at either end, and with anything behind it", () => {
    const sealed = sealEnvelope([message], signed);
    const reasons = new Set<string>();
    for (let cut = 0; cut < sealed.length; cut++) {
      reasons.add(reasonOf(sealed.subarray(0, cut)));
      reasons.add(reasonOf(sealed.subarray(cut + 1)));
      reasons.add(reasonOf(Buffer.concat([sealed, sealed.subarray(0, cut + 1)])));
    }
    expect([...reasons].sort()).toEqual(["bad-signature", "undecodable"]);
  });

  it("never makes the opener throw, whatever the bytes after its magic, signed or not", () => {
    const behind = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(behind, fc.boolean(), (bytes, deflate) => {
        const magic = Buffer.concat([Buffer.from("c143534702", "hex"), bytes]);
        expect(reasonOf(magic)).not.toBe("opened");
        reasonOf(sealBody(bytes, { ...signed, deflate }));
      }),
    );
  });

  it("may have one flag; any other is undecodable before its MAC is looked at", () => {
    const sealed = sealEnvelope([], signed);
    const opened = Array.from({ length: 256 }, (_, flags) => {
      sealed[5] = flags;
      return [flags, reasonOf(sealed)];
    }).filter(([, reason]) => reason !== "undecodable");
    expect(opened).toEqual([
      [0, "opened"],
      [1, "bad-signature"],
    ]);
  });
});

describe("an envelope's body", () => {
  it("is not inflated beyond the limit, however much it would come to", () => {
    // 800 MiB of nothing in as many kilobytes: blocks that end at a byte, so they can be repeated.
    const block = deflateRawSync(Buffer.alloc(1_048_576), { finishFlush: constants.Z_FULL_FLUSH });
    const bomb = Buffer.concat([...new Array<Buffer>(800).fill(block), deflateRawSync(Buffer.alloc(0))]);
    const before = process.resourceUsage().maxRSS;
    const opened = openEnvelope(sealBody(bomb, { ...signed, deflate: true }), options);
    const grownKib = process.resourceUsage().maxRSS - before;
    expect(opened).toEqual({ ok: false, reason: "too-large", detail: "inflates to more than 1048576 bytes" });
    expect(grownKib).toBeLessThan(100 * 1_024);
  });

  it("is not inflated at all unless its MAC is right", () => {
    const broken = sealBody(Buffer.from("not deflated"), { ...signed, deflate: true });
    expect(reasonOf(broken)).toBe("undecodable");
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(reasonOf(broken)).toBe("bad-signature");
  });

  it("may be as large as the limit, and no larger", () => {
    const limits = { ...datagramLimits, maxBytes: 200, maxArrayLength: 150 };
    const list = (length: number) => new Array<null>(length).fill(null);
    const reasons = [150, 151].map((length) =>
      reasonOf(sealEnvelope(list(length), { ...signed, deflate: true }), { limits }),
    );
    expect(reasons).toEqual(["opened", "too-large"]);
    const header = 52 + 3;
    expect(reasonOf(sealEnvelope(list(200 - header), signed), { limits: { ...limits, maxArrayLength: 999 } })).toBe(
      "opened",
    );
    expect(reasonOf(sealEnvelope(list(201 - header), signed), { limits: { ...limits, maxArrayLength: 999 } })).toBe(
      "too-large",
    );
  });
});

describe("the key of an envelope", () => {
  const sealed = sealEnvelope([message], signed);
  const from = new BlockList();
  from.addSubnet("10.0.0.0", 8);

  it.each([
    ["its network", { from }, {}, "opened"],
    ["another network", { from }, { address: "192.0.2.1" }, "refused-key"],
    ["an address that nobody vouches for", { from }, { address: undefined }, "refused-key"],
    ["anywhere, retired in a millisecond", { retiredAt: RECEIVED_AT + 1 }, {}, "opened"],
    ["anywhere, retired in this millisecond", { retiredAt: RECEIVED_AT }, {}, "refused-key"],
    ["anywhere, for publishers who are known only once it is read", { publishers: new Set(["host-1"]) }, {}, "opened"],
  ])("is judged when received from %s", (_, limits, own, reason) => {
    expect(reasonOf(sealed, { keyring: createKeyring([{ ...key, ...limits }]), receipt: receipt(own) })).toBe(reason);
  });

  it("is never one of the legacy keys", () => {
    expect(reasonOf(sealed, { keyring: createKeyring([{ ...key, scheme: "legacy" }]) })).toBe("unknown-key");
  });
});

describe("the clock of an envelope", () => {
  it("does not matter where the time window is off", () => {
    const ancient = sealEnvelope([], { ...signed, sentAt: 0 });
    expect(reasonOf(ancient)).toBe("outside-window");
    expect(reasonOf(ancient, { timeWindow: false })).toBe("opened");
  });

  it("is judged as of the first receipt", () => {
    const weekLater = RECEIVED_AT + 7 * 86_400_000;
    const sealed = sealEnvelope([], signed);
    expect(reasonOf(sealed, { receipt: receipt({ receivedAt: weekLater }) })).toBe("outside-window");
  });
});

describe("sealing an envelope", () => {
  it.each([
    ["an empty key id", { keyId: "" }],
    ["a key id with a dot", { keyId: "pub.7" }],
    ["a time before 1970", { sentAt: -1 }],
    ["a time with a fraction", { sentAt: 0.5 }],
  ])("refuses %s", (_, own) => {
    expect(() => sealEnvelope([], { ...signed, ...own })).toThrow(RangeError);
  });
});
