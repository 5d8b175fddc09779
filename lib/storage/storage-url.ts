import { credentialsProblem, shownUrl } from "../log/shown-url.ts";
import type { UrlForm } from "./storage-kind.ts";
import { UrlParameters } from "./url-parameters.ts";

/** The place, or what is wrong, said to a person who can correct it. */
export type ParsedUrl<Place> =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly problem: string };

/** The URLs of a list such as `dynamodb://samples,s3://bucket/log`; a comma may stand inside one. */
export function splitUrls(urls: string): readonly string[] {
  return urls.trim().split(/\s*,\s*(?=[a-z][a-z0-9]*:(?:\/|[\s,?]|$)|$)/i);
}

/** The places that URLs name together, or all that is wrong with them. */
export type NamedPlaces<Place> =
  | { readonly ok: true; readonly places: readonly Place[] }
  | { readonly ok: false; readonly problem: string };

/** @param urls separated by commas */
export function placesOf<Place>(urls: string, kinds: readonly UrlForm<Place>[]): NamedPlaces<Place> {
  const parsed = splitUrls(urls).map((url) => parseStorageUrl(url, kinds));
  const problems = parsed.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (problems.length > 0) return problem(problems.join("; "));
  return { ok: true, places: parsed.flatMap((one) => (one.ok ? [one.place] : [])) };
}

/** The name of the storage that good URLs name together, as its driver has it once it is open: `dynamodb+s3`. */
export function storageName(urls: string): string {
  return splitUrls(urls)
    .map((url) => url.slice(0, url.indexOf(":")).toLowerCase())
    .join("+");
}

/** @param kinds that the URL may name */
export function parseStorageUrl<Place>(text: string, kinds: readonly UrlForm<Place>[]): ParsedUrl<Place> {
  const scheme = /^[a-z][a-z0-9]*(?=:)/i.exec(text)?.[0].toLowerCase() ?? "";
  const kind = kinds.find((one) => one.scheme === scheme);
  if (kind === undefined) return problem(`unknown storage ${shownUrl(text)}: write ${formsOf(kinds)}`);
  if (!URL.canParse(text)) return problem(`${shownUrl(text)} is not a URL: write ${formsOf(kinds)}`);
  const url = new URL(text);
  // Not repeated in the message, which ends up in a log.
  const credentials = credentialsProblem(url);
  if (credentials !== undefined) return problem(credentials);
  // A password may begin behind it; no name of ours has a port.
  if (AUTHORITY_WITH_COLON.test(text)) return problem(`${shownUrl(text)}: write a name without : and without a port`);
  if (url.hash !== "") return problem(`${shownUrl(text)}: write # as %23`);
  const parameters = new UrlParameters(url.searchParams);
  const place = kind.placeOf(url, parameters, text);
  parameters.refuseOthers();
  const problems = typeof place === "string" ? [place, ...parameters.problems] : parameters.problems;
  if (typeof place === "string" || problems.length > 0) {
    return problem(`${shownUrl(text)}: ${problems.join("; ")}`);
  }
  return { ok: true, place };
}

const AUTHORITY_WITH_COLON = /^[a-z0-9]+:\/\/[^/?#]*:/i;

function problem(text: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: text };
}

/** `memory:, file:///PATH or s3://BUCKET/PREFIX` */
function formsOf(kinds: readonly UrlForm<unknown>[]): string {
  return kinds
    .map(({ form }) => form)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " or ");
}
