import { fileURLToPath } from "node:url";
import type { Endpoint } from "../aws/client-options.ts";
import { credentialsProblem, shownUrl } from "../log/shown-url.ts";
import { UrlParameters } from "./url-parameters.ts";

/** A storage that a URL names, checked as far as that goes without opening it. */
export type StoragePlace =
  | { readonly kind: "memory" }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly maxBytes: number;
      readonly backupCount: number;
      readonly mode: number | undefined;
    }
  | ({ readonly kind: "dynamodb"; readonly table: string } & DynamoDbSettings & Endpoint)
  | ({ readonly kind: "s3"; readonly bucket: string; readonly prefix: string } & Endpoint);

interface DynamoDbSettings {
  readonly resourcesTable: string | undefined;
  readonly retentionDays: number | undefined;
}

/** The place, or what is wrong, said to a person who can correct it. */
export type ParsedUrl =
  | { readonly ok: true; readonly place: StoragePlace }
  | { readonly ok: false; readonly problem: string };

/** The URLs of a list such as `dynamodb://samples,s3://bucket/log`; a comma may stand inside one. */
export function splitUrls(urls: string): readonly string[] {
  return urls.trim().split(/\s*,\s*(?=[a-z][a-z0-9]*:(?:\/|[\s,?]|$)|$)/i);
}

export function parseStorageUrl(text: string): ParsedUrl {
  const scheme = /^[a-z][a-z0-9]*(?=:)/i.exec(text)?.[0].toLowerCase() ?? "";
  const parse = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (parse === undefined) return problem(`unknown storage ${shownUrl(text)}: write ${FORMS}`);
  if (!URL.canParse(text)) return problem(`${shownUrl(text)} is not a URL: write ${FORMS}`);
  const url = new URL(text);
  // Not repeated in the message, which ends up in a log.
  const credentials = credentialsProblem(url);
  if (credentials !== undefined) return problem(credentials);
  // A password may begin behind it; no name of ours has a port.
  if (AUTHORITY_WITH_COLON.test(text)) return problem(`${shownUrl(text)}: write a name without : and without a port`);
  if (url.hash !== "") return problem(`${shownUrl(text)}: write # as %23`);
  const parameters = new UrlParameters(url.searchParams);
  const place = parse(url, parameters, text);
  parameters.refuseOthers();
  const problems = typeof place === "string" ? [place, ...parameters.problems] : parameters.problems;
  if (typeof place === "string" || problems.length > 0) {
    return problem(`${shownUrl(text)}: ${problems.join("; ")}`);
  }
  return { ok: true, place };
}

const AUTHORITY_WITH_COLON = /^[a-z0-9]+:\/\/[^/?#]*:/i;

const FORMS = "memory:, file:///PATH, dynamodb://TABLE or s3://BUCKET/PREFIX";

function problem(text: string): ParsedUrl {
  return { ok: false, problem: text };
}

/** Each answers with the place, or with what is wrong with the URL in front of the question mark. */
const schemes: Readonly<Record<string, (url: URL, parameters: UrlParameters, text: string) => StoragePlace | string>> =
  {
    memory: (url) => (url.host + url.pathname === "" ? { kind: "memory" } : "memory: takes no name"),

    file: (url, parameters, text) => {
      const maxBytes = parameters.wholeNumber("max_bytes", 0) ?? 0;
      const backupCount = parameters.wholeNumber("backup_count", 0) ?? 0;
      const mode = parameters.matching("mode", /^0?6[046]0$/, "0600, 0640 or 0660");
      // With fewer slashes the first part of a path would be taken for a host.
      if (!/^file:\/\/\//i.test(text))
        return "write an absolute path after three slashes, such as file:///var/lib/samples.jsonl";
      if (url.pathname.endsWith("/")) return "a path to a file has to end with its name, such as samples.jsonl";
      try {
        return {
          kind: "file",
          path: fileURLToPath(url),
          maxBytes,
          backupCount,
          mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
        };
      } catch (error) {
        return `not a path: ${error instanceof Error ? error.message : error}`;
      }
    },

    dynamodb: (url, parameters) => {
      const table = url.host;
      const resourcesTable = parameters.matching("resources", TABLE, "a table's name");
      const retentionDays = parameters.wholeNumber("retention_days", 1);
      const where = endpointOf(parameters);
      if (!TABLE.test(table) || !["", "/"].includes(url.pathname)) {
        return "a table's name has 3 to 255 of a-z, A-Z, 0-9, _, - and ., such as dynamodb://samples";
      }
      if (resourcesTable === table) return "resources has to name another table";
      return { kind: "dynamodb", table, resourcesTable, retentionDays, ...where };
    },

    s3: (url, parameters) => {
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

const TABLE = /^[a-zA-Z0-9_.-]{3,255}$/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A key has at most 1,024 bytes, of which ours takes about 110. */
const MAX_PREFIX = 900;

function endpointOf(parameters: UrlParameters): Endpoint {
  return {
    endpoint: parameters.httpUrl("endpoint"),
    region: parameters.matching("region", /^[a-z0-9-]{1,63}$/, "a region such as eu-central-1"),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
