import fc from "fast-check";
import type { Event, MeteringRecord, Sample, Trait } from "../../lib/sample/sample.ts";
import { counterTypes, dialects, type SignedForm } from "../../lib/sample/sample.ts";
import { bytesKey, Timestamp, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { anyCodePoint } from "./any-code-point.ts";
import { anEvent, aSample } from "./sample-builder.ts";

/** Any text a decoder accepts: all of Unicode but lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: anyCodePoint, maxLength: 12 }),
  fc.constantFrom("", "__proto__", "constructor", "0", "7", "$float", "$bytes:AA==", "$", "𝒳\u0000\u2028\u007f"),
);

const bigInteger = fc.oneof(
  fc.bigInt(),
  fc.constantFrom(0n, 1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 64n - 1n, 10n ** 60n),
);
const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1.0, -0.0, 1e-7, 5e-324, 1.7976931348623157e308, 1e16, 1e22, 0.1),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  text,
  bigInteger,
  finite,
  fc.constantFrom(null, true, false, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.uint8Array({ maxLength: 8 }),
  fc
    .tuple(fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }), fc.nat(999_999_999))
    .map(([s, ns]) => new Timestamp(s, ns)),
);

const key = fc.oneof(
  { weight: 9, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map(bytesKey) },
);

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    mapOf(tie("value")),
  ),
}));

function mapOf(item: fc.Arbitrary<Value>): fc.Arbitrary<ValueMap> {
  return fc.array(fc.tuple(key, item), { maxLength: 4 }).map((entries) => new Map(entries));
}

/** Every exact value there is, also such as no dialect can sign (text beside bytes among the names of a map). */
export function metadata(): fc.Arbitrary<ValueMap> {
  return mapOf(value);
}

const textOrNull = fc.option(text);
const nonEmpty = text.filter((candidate) => candidate !== "");
const time = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, -1)}000Z`);

/** Top-level names that a setting may allow, our own among them. */
const extra = fc
  .array(
    fc.tuple(
      fc.constantFrom("time", "dialect", "signed:time", "format", "content", "conflict", "region", "__proto__", "$x"),
      value,
    ),
    {
      maxLength: 3,
    },
  )
  .map((entries): ValueMap => new Map(entries));

const optionalFields = fc.record(
  {
    monotonic_time: fc.option(fc.oneof(finite, bigInteger)),
    user_name: textOrNull,
    project_name: textOrNull,
    publisher_id: textOrNull,
  },
  { requiredKeys: [] },
);

/** How a record may be signed, each in the order of trying: a dialect may not be able to express it, an envelope always is. */
const forms = fc.oneof(
  { weight: 3, arbitrary: fc.constant<readonly SignedForm[]>(dialects) },
  { weight: 1, arbitrary: fc.constant<readonly SignedForm[]>(["v2"]) },
);

/** Samples of every shape, genuine in one of the dialects that can express them or in an envelope of signature v2. */
export function samples(): fc.Arbitrary<Sample> {
  const fields = fc.record({
    time,
    source: text,
    counter_name: nonEmpty,
    counter_type: fc.constantFrom(...counterTypes),
    counter_unit: text,
    counter_volume: fc.oneof(finite, bigInteger),
    user_id: textOrNull,
    project_id: textOrNull,
    resource_id: nonEmpty,
    resource_metadata: fc.option(metadata()),
    message_id: nonEmpty,
    extra,
  });
  return fc
    .tuple(fields, optionalFields, forms)
    .map(([required, optional, tried]) =>
      inAnyForm(tried, (dialect) => aSample({ ...required, ...absentOptions, ...optional, dialect })),
    )
    .filter((sample) => sample !== undefined);
}

const absentOptions = {
  monotonic_time: undefined,
  user_name: undefined,
  project_name: undefined,
  publisher_id: undefined,
};

/** Events of every shape, genuine in the same ways. */
export function events(): fc.Arbitrary<Event> {
  const trait: fc.Arbitrary<Trait> = fc.tuple(text, fc.bigInt({ min: 0n, max: 4n }), value);
  const fields = fc.record({
    time,
    message_id: nonEmpty,
    event_type: nonEmpty,
    traits: fc.array(trait, { maxLength: 3 }),
    raw: fc.oneof(fc.constant(undefined), fc.option(metadata())),
    extra,
  });
  return fc
    .tuple(fields, forms)
    .map(([overrides, tried]) => inAnyForm(tried, (dialect) => anEvent({ ...overrides, dialect })))
    .filter((event) => event !== undefined);
}

function inAnyForm<Kind extends MeteringRecord>(
  tried: readonly SignedForm[],
  build: (form: SignedForm) => Kind,
): Kind | undefined {
  for (const form of tried) {
    try {
      return build(form);
    } catch {
      // This dialect can't express it; another one may.
    }
  }
  return undefined;
}
