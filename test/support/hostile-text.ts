import fc from "fast-check";
import { anyCodePoint } from "./any-code-point.ts";

/** What a terminal acts on, or what turns or breaks lines: written out, so that it is not our own rule. */
export const acting = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

/** Text of outsiders, with such characters in it. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b[2J",
        "\u009b31m",
        "\r",
        "\n",
        "\t",
        "\b",
        "\u007f",
        "\u0085",
        "\u202e",
        "\u2066",
        "\u2028",
      ),
      fc.constantFrom("\u200e", "\ufeff", "\u0000", "\\u001b", '"', "\\", "zwölf", "😀"),
      fc.string({ unit: anyCodePoint, maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));
