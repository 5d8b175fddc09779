import { createSecretKey } from "node:crypto";
import type { ValueMap } from "../lib/sample/value.ts";
import { canonicalText } from "../lib/signature/legacy/canonical-text.ts";
import { digest } from "../lib/signature/legacy/sign.ts";
import { captureSecret } from "./captures.ts";

const TIMES = 20_000;

/** Node's own HMAC of what samples sign, and nothing else. @returns a step of a bench */
export function hmacAlone(samples: readonly ValueMap[]): () => number {
  const secret = createSecretKey(Buffer.from(captureSecret));
  const texts = samples.map((map) => {
    const canonical = canonicalText(map, "py3");
    if (canonical.kind !== "text") throw new Error("a capture has no canonical text");
    return canonical.text;
  });
  return () => {
    for (let index = 0; index < TIMES; index++) digest(texts[index % texts.length] ?? "", secret);
    return TIMES;
  };
}
