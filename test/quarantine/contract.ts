import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "../../lib/quarantine/entry.ts";
import { entryId } from "../../lib/quarantine/entry-id.ts";
import { entryName } from "../../lib/quarantine/entry-name.ts";
import type { OpenedQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { EntryFilter } from "../../lib/quarantine/quarantine-entries.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import { type RejectionReason, rejectionReasons } from "../../lib/sample/rejection.ts";
import { anyCodePoint } from "../support/any-code-point.ts";
import { eventually } from "../support/eventually.ts";
import { aDatagram, aQueueMessage, RECEIVED_AT } from "./suspects.ts";

/** A quarantine with nothing in it, as the contract needs one for each test. */
export interface TestQuarantine {
  readonly quarantine: OpenedQuarantine;
  /** `name: problem` of each entry that could not be read. */
  readonly unreadable: readonly string[];
  /** A second one on the same entries, as another process would open it. */
  reopen(): Promise<OpenedQuarantine>;
  /** Puts a text beside the entries, as somebody else might. */
  plant(name: string, text: string): Promise<void>;
  /** Closes every quarantine opened here and the service behind them. */
  close(): Promise<void>;
}

/** What every quarantine promises, opened with `max_bytes=100`. */
export function describeQuarantineContract(kind: string, open: () => Promise<TestQuarantine>): void {
  describe(`${kind}, as every quarantine,`, () => {
    let test: TestQuarantine;
    let quarantine: OpenedQuarantine;

    beforeEach(async () => {
      test = await open();
      quarantine = test.quarantine;
    });
    afterEach(() => test.close());

    async function kept(suspect: Suspect): Promise<string> {
      expect(await quarantine.keep(suspect)).toEqual({ ok: true });
      return entryId(suspect.arrived);
    }

    async function all(filter?: EntryFilter, from = quarantine): Promise<readonly Entry[]> {
      const entries: Entry[] = [];
      for await (const entry of from.entries(filter)) entries.push(entry);
      return entries;
    }

    async function contents(filter?: EntryFilter): Promise<readonly string[]> {
      return (await all(filter)).map(({ arrived }) => contentOf(arrived));
    }

    it("gives back a datagram exactly as it came", async () => {
      const before = Date.now();
      const bytes = Uint8Array.of(0xc1, 0x00, 0xff, 0x0a);
      const id = await kept(aDatagram(bytes, { listener: "tcp", address: "2001:db8::1" }));
      const [entry, ...others] = await all({}, await test.reopen());
      expect(others).toEqual([]);
      expect(entry).toEqual({
        id,
        reasons: [{ reason: "undecodable", detail: "not msgpack" }],
        arrived: {
          form: "bytes",
          bytes: Buffer.from(bytes),
          receipt: { listener: "tcp", address: "2001:db8::1", receivedAt: RECEIVED_AT },
        },
        keptAt: expect.any(Number),
        size: 4,
        truncated: false,
      });
      expect(entry?.keptAt).toBeGreaterThanOrEqual(before);
      expect(entry?.keptAt).toBeLessThanOrEqual(Date.now());
    });

    it("gives back a queue's message with its attributes, whole however long it is", async () => {
      const attributes = { "webhook-id": "pub-7:1", __proto__x: "", "odd \u{1d4b3}": "\u0000\n" };
      const suspect = aQueueMessage("\u{1d4b3}".repeat(1_000), { attributes });
      const id = await kept(suspect);
      expect(await quarantine.get(id)).toEqual({
        ok: true,
        entry: {
          id,
          reasons: suspect.rejected,
          arrived: suspect.arrived,
          keptAt: expect.any(Number),
          size: 4_000,
          truncated: false,
        },
      });
    });

    it("gives back any content", async () => {
      const content = fc.oneof(
        fc.uint8Array({ maxLength: 100 }).map((bytes) => aDatagram(bytes)),
        fc
          .tuple(
            fc.string({ unit: anyCodePoint, maxLength: 100 }),
            fc.dictionary(fc.string(), fc.string({ unit: anyCodePoint }), { maxKeys: 10 }),
          )
          .map(([text, attributes]) => aQueueMessage(text, { attributes })),
      );
      await fc.assert(
        fc.asyncProperty(content, async (suspect) => {
          const found = await quarantine.get(await kept(suspect));
          expect(found.ok && found.entry.arrived).toEqual(suspect.arrived);
        }),
        { numRuns: 25 },
      );
      expect(test.unreadable).toEqual([]);
    });

    it("keeps the same message once, with its first receipt", async () => {
      const first = aDatagram("again");
      await kept(first);
      await kept(aDatagram("again", { listener: "tcp", address: "10.9.9.9", receivedAt: RECEIVED_AT + 86_400_000 }));
      expect((await all()).map(({ arrived }) => arrived)).toEqual([first.arrived]);
    });

    it("keeps apart what differs in form or attributes alone", async () => {
      await kept(aDatagram("same"));
      await kept(aQueueMessage("same"));
      await kept(aQueueMessage("same", { attributes: { a: "1" } }));
      await kept(aQueueMessage("same", { attributes: { a: "2" } }));
      expect(await contents()).toEqual(["same", "same", "same", "same"]);
    });

    it("shows a message once that was rejected for another reason the second time, and removes it as one", async () => {
      const id = await kept(aDatagram("twice", { rejected: [{ reason: "unknown-key", detail: "k" }] }));
      await kept(aDatagram("twice", { rejected: [{ reason: "bad-signature", detail: "b" }] }));
      expect((await all()).map((entry) => entry.id)).toEqual([id]);
      expect((await quarantine.get(id.slice(0, 12))).ok).toBe(true);
      expect(await quarantine.remove(id)).toEqual({ ok: true });
      expect(await all()).toEqual([]);
    });

    it("cuts what came from a socket, and tells so", async () => {
      const id = await kept(aDatagram("x".repeat(101)));
      const found = await quarantine.get(id);
      expect(found).toMatchObject({
        entry: { arrived: { bytes: Buffer.alloc(100, "x") }, size: 101, truncated: true },
      });
      await kept(aDatagram("y".repeat(100)));
      expect((await all()).map(({ truncated }) => truncated).sort()).toEqual([false, true]);
    });

    it("keeps what came from a socket whole where that is asked for", async () => {
      const suspect = aDatagram("x".repeat(5_000));
      expect(await quarantine.whole.keep(suspect)).toEqual({ ok: true });
      expect(await all()).toMatchObject([{ arrived: suspect.arrived, size: 5_000, truncated: false }]);
    });

    it.each(["the part", "the whole"])("shows the whole of a message of which %s was kept first", async (first) => {
      const suspect = aDatagram("x".repeat(5_000));
      const part = () => quarantine.keep(suspect);
      const whole = () => quarantine.whole.keep(suspect);
      for (const keep of first === "the part" ? [part, whole] : [whole, part])
        expect(await keep()).toEqual({ ok: true });
      const shown = { arrived: suspect.arrived, size: 5_000, truncated: false };
      expect(await all()).toMatchObject([shown]);
      expect(await all({ reason: "undecodable", limit: 1 })).toMatchObject([shown]);
      const id = entryId(suspect.arrived);
      expect(await quarantine.get(id.slice(0, 8))).toMatchObject({ ok: true, entry: shown });
      expect(await quarantine.remove(id)).toEqual({ ok: true });
      expect(await all()).toEqual([]);
    });

    it("cuts a text beyond 1 MiB at a character, and attributes beyond ten", async () => {
      const attributes = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, "x"]));
      const long = await quarantine.get(await kept(aQueueMessage(`x${"\u00e9".repeat(524_288)}`)));
      expect(long.ok && [contentOf(long.entry.arrived) === `x${"\u00e9".repeat(524_287)}`, long.entry.size]).toEqual([
        true,
        1_048_577,
      ]);
      expect(long).toMatchObject({ entry: { truncated: true } });
      const many = await quarantine.get(await kept(aQueueMessage("many", { attributes })));
      const { a10: _left, ...firstTen } = attributes;
      expect(many).toMatchObject({ entry: { arrived: { text: "many", attributes: firstTen }, truncated: true } });
      const wide = await quarantine.get(await kept(aQueueMessage("wide", { attributes: { a: "x".repeat(262_144) } })));
      expect(wide).toMatchObject({ entry: { arrived: { text: "wide", attributes: {} }, truncated: true } });
    });

    it("keeps the first ten reasons, each at most 500 characters long", async () => {
      const rejected = Array.from({ length: 12 }, (_, index) => ({
        reason: "invalid-sample" as const,
        detail: index === 0 ? "x".repeat(10_000) : `sample ${index}`,
      }));
      const [entry] = [await quarantine.get(await kept(aQueueMessage("list", { rejected })))];
      expect(entry.ok && entry.entry.reasons).toEqual([
        { reason: "invalid-sample", detail: `${"x".repeat(499)}…` },
        ...rejected.slice(1, 10),
      ]);
    });

    it("finds entries by each of their reasons", async () => {
      const of = (...reasons: RejectionReason[]) => reasons.map((reason) => ({ reason, detail: "d" }));
      await kept(aDatagram("one", { rejected: of("bad-signature") }));
      await kept(aDatagram("both", { rejected: of("unknown-key", "bad-signature", "unknown-key") }));
      await kept(aDatagram("all", { rejected: of(...rejectionReasons) }));
      expect([...(await contents({ reason: "bad-signature" }))].sort()).toEqual(["all", "both", "one"]);
      expect([...(await contents({ reason: "unknown-key" }))].sort()).toEqual(["all", "both"]);
      expect(await contents({ reason: "unstorable" })).toEqual(["all"]);
    });

    it("lists what was kept last first, and so many as asked for", async () => {
      await kept(aDatagram("first", { receivedAt: RECEIVED_AT + 1_000 }));
      const second = Math.floor(Date.now() / 1_000);
      // Stores tell times to the second.
      await eventually("the next second", () => Math.floor(Date.now() / 1_000) > second);
      await kept(aDatagram("second"));
      expect(await contents()).toEqual(["second", "first"]);
      expect(await contents({ limit: 1 })).toEqual(["second"]);
      expect(await contents({ limit: 0 })).toEqual([]);
    });

    it("lists many entries", async () => {
      const names = Array.from({ length: 30 }, (_, index) => `message ${index}`);
      await Promise.all(names.map((name) => kept(aDatagram(name))));
      expect([...(await contents())].sort()).toEqual([...names].sort());
      expect(await contents({ limit: 11 })).toHaveLength(11);
    });

    it("finds an entry by the first digits of its id, if no other has them", async () => {
      const [one, other] = sameBeginning(4);
      const id = await kept(one);
      expect(await quarantine.get(id.slice(0, 4))).toMatchObject({ ok: true, entry: { id } });
      const otherId = await kept(other);
      expect(await quarantine.get(id.slice(0, 4))).toEqual({
        ok: false,
        problem: `2 ids begin with ${id.slice(0, 4)}: give more digits`,
      });
      expect(await quarantine.get(otherId)).toMatchObject({ ok: true, entry: { id: otherId } });
    });

    it("says which entry is not there, and what is no id", async () => {
      expect(await quarantine.get("00000000")).toEqual({
        ok: false,
        problem: "no entry has an id that begins with 00000000",
      });
      for (const id of ["", "abc", "../x", "ABCDEF", "0".repeat(65)]) {
        const problem = `not an id: ${JSON.stringify(id)}; expected 4 to 64 of 0-9 and a-f`;
        expect(await quarantine.get(id)).toEqual({ ok: false, problem });
      }
    });

    it("removes an entry for good, keeps the others, and takes the same message again", async () => {
      const id = await kept(aDatagram("gone"));
      await kept(aDatagram("stays"));
      expect(await quarantine.remove(id)).toEqual({ ok: true });
      expect(await quarantine.remove(id)).toEqual({ ok: true });
      expect(await contents()).toEqual(["stays"]);
      await kept(aDatagram("gone"));
      expect([...(await contents())].sort()).toEqual(["gone", "stays"]);
    });

    it("refuses to remove by half an id", async () => {
      await kept(aDatagram("stays"));
      await expect(quarantine.remove("")).rejects.toThrow(TypeError);
      await expect(quarantine.remove("ab")).rejects.toThrow(TypeError);
      expect(await contents()).toEqual(["stays"]);
    });

    it("reports an entry that it can't read, reads the others, and leaves alone what isn't its own", async () => {
      const odd = entryName("0".repeat(64), [{ reason: "undecodable", detail: "" }]);
      const moved = entryName("1".repeat(64), [{ reason: "undecodable", detail: "" }]);
      await kept(aDatagram("good"));
      await test.plant(odd, "half an ent");
      await test.plant("README.txt", "not an entry");
      await test.plant(moved, "{}");
      expect(await contents()).toEqual(["good"]);
      expect([...test.unreadable].sort()).toEqual([
        `${odd}: not a JSON object`,
        `${moved}: written in version null of the format`,
      ]);
      expect(await quarantine.get("0000")).toEqual({
        ok: false,
        problem: `the entry ${odd} can't be read: not a JSON object`,
      });
    });
  });
}

function contentOf(arrived: Entry["arrived"]): string {
  return arrived.form === "text" ? arrived.text : Buffer.from(arrived.bytes).toString("utf8");
}

/** Two messages whose ids begin with the same digits: found after some hundred tries. */
function sameBeginning(digits: number): readonly [Suspect, Suspect] {
  const seen = new Map<string, Suspect>();
  for (let number = 0; ; number++) {
    const suspect = aDatagram(`number ${number}`);
    const beginning = entryId(suspect.arrived).slice(0, digits);
    const other = seen.get(beginning);
    if (other !== undefined) return [other, suspect];
    seen.set(beginning, suspect);
  }
}
