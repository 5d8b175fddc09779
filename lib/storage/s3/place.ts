import type { Endpoint } from "../../aws/client-options.ts";
import { endpointOf } from "../endpoint-parameters.ts";
import type { NamedPlace, UrlForm } from "../storage-kind.ts";

export interface S3Place extends NamedPlace, Endpoint {
  readonly kind: "s3";
  readonly bucket: string;
  readonly prefix: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A key has at most 1,024 bytes, of which ours takes about 110. */
const MAX_PREFIX = 900;

export const s3Urls: UrlForm<S3Place> = {
  scheme: "s3",
  form: "s3://BUCKET/PREFIX",
  parameters: "endpoint=URL&region=R",

  placeOf(url, parameters) {
    const where = endpointOf(parameters);
    if (!BUCKET.test(url.host)) {
      return "a bucket's name has 3 to 63 of a-z, 0-9, - and ., such as s3://bucket/prefix";
    }
    const prefix = decoded(url.pathname.slice(1));
    if (prefix === undefined) return "not a prefix: % has to be followed by two hexadecimal digits of UTF-8";
    if (Buffer.byteLength(prefix) > MAX_PREFIX) return `a prefix has at most ${MAX_PREFIX} bytes`;
    return { kind: "s3", bucket: url.host, prefix, ...where };
  },
};

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
