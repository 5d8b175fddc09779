import { credentialsProblem, shownUrl } from "../log/shown-url.ts";
import { type FilePlace, fileUrls } from "../storage/file/place.ts";
import { type S3Place, s3Urls } from "../storage/s3/place.ts";
import { parseStorageUrl } from "../storage/storage-url.ts";
import { UrlParameters } from "../storage/url-parameters.ts";
import { WHOLE_BYTES } from "./cut-entry.ts";
import { LONGEST_NAME } from "./entry-name.ts";

/** A quarantine that a URL names, checked as far as that goes without opening it. */
export type QuarantinePlace = QuarantineBounds &
  (
    | { readonly kind: "file"; readonly folder: string; readonly maxEntries: number; readonly maxSocketEntries: number }
    | {
        readonly kind: "s3";
        readonly bucket: string;
        /** Empty, or ends with "/". */
        readonly prefix: string;
        readonly endpoint: string | undefined;
        readonly region: string | undefined;
      }
  );

/** For what anybody can send: messages from sockets. */
export interface QuarantineBounds {
  /** Bytes that are kept of one. */
  readonly maxBytes: number;
  /** Messages kept per minute, by each process. */
  readonly perMinute: number;
}

export type ParsedQuarantineUrl =
  | { readonly ok: true; readonly place: QuarantinePlace }
  | { readonly ok: false; readonly problem: string };

/** Ceilometer's datagrams have about 1 KB: every real one is whole. */
const DEFAULT_MAX_BYTES = 8_192;
/** Enough to see what is wrong; an outsider who sends for a month fills 5 GB with it. */
const DEFAULT_PER_MINUTE = 10;
/** A folder that tools can still list; 8 KiB each take 110 MB. */
const DEFAULT_MAX_ENTRIES = 10_000;
/** A key has at most 1,024 bytes. */
const MAX_PREFIX = 1_024 - LONGEST_NAME - 1;

const FORMS = "file:///FOLDER or s3://BUCKET/PREFIX";

export function parseQuarantineUrl(text: string): ParsedQuarantineUrl {
  const scheme = /^(?:file|s3)(?=:\/\/)/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined || !URL.canParse(text)) {
    return { ok: false, problem: `unknown quarantine ${shownUrl(text)}: write ${FORMS}` };
  }
  const url = new URL(text);
  const credentials = credentialsProblem(url);
  if (credentials !== undefined) return { ok: false, problem: credentials };
  if (url.hash !== "") return { ok: false, problem: `${shownUrl(text)}: write # as %23` };
  // The name of a folder may end with a slash, that of a storage's file may not.
  const name = (text.split("?")[0] ?? "").replace(/(?<=[^/])\/$/, "");
  const named = parseStorageUrl<FilePlace | S3Place>(name, [fileUrls, s3Urls]);
  // A password may hold a question mark: then `name` ends inside it, and must not be shown.
  if (!named.ok) return { ok: false, problem: named.problem.replace(shownUrl(name), () => shownUrl(text)) };

  const parameters = new UrlParameters(url.searchParams);
  const bounds = {
    maxBytes: parameters.wholeNumber("max_bytes", 1) ?? DEFAULT_MAX_BYTES,
    perMinute: parameters.wholeNumber("per_minute", 0) ?? DEFAULT_PER_MINUTE,
  };
  const place = placeOf(named.place, bounds, parameters);
  parameters.refuseOthers();
  if (bounds.maxBytes > WHOLE_BYTES) parameters.problems.push(`max_bytes: no message has more than ${WHOLE_BYTES}`);
  const problems = typeof place === "string" ? [place, ...parameters.problems] : parameters.problems;
  if (typeof place === "string" || problems.length > 0) {
    return { ok: false, problem: `${shownUrl(text)}: ${problems.join("; ")}` };
  }
  return { ok: true, place };
}

function placeOf(
  named: FilePlace | S3Place,
  bounds: QuarantineBounds,
  parameters: UrlParameters,
): QuarantinePlace | string {
  if (named.kind === "file") {
    const maxEntries = parameters.wholeNumber("max_entries", 1) ?? DEFAULT_MAX_ENTRIES;
    // Queues' messages fail unless they are kept, so that at least half is theirs: anybody can fill the other one.
    const maxSocketEntries = parameters.wholeNumber("max_socket_entries", 0) ?? Math.floor(maxEntries / 2);
    if (maxSocketEntries > maxEntries) parameters.problems.push("max_socket_entries: more than max_entries");
    return { kind: "file", folder: named.path, maxEntries, maxSocketEntries, ...bounds };
  }
  const { bucket } = named;
  const prefix = named.prefix === "" ? "" : `${named.prefix}/`;
  const endpoint = parameters.httpUrl("endpoint");
  const region = parameters.matching("region", /^[a-z0-9-]{1,63}$/, "a region such as eu-central-1");
  if (Buffer.byteLength(prefix) > MAX_PREFIX) return `a prefix has at most ${MAX_PREFIX - 1} bytes`;
  return { kind: "s3", bucket, prefix, endpoint, region, ...bounds };
}
