import type { NamedPlace, UrlForm } from "../storage-kind.ts";

/** `null:`, which has no name, as there is nothing to find again. */
export const nullUrls: UrlForm<NamedPlace> = {
  scheme: "null",
  form: "null:",
  leavesNothing: true,
  placeOf: (url) => (url.host + url.pathname === "" ? {} : "null: takes no name"),
};
