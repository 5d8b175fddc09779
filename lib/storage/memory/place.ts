import type { NamedPlace, UrlForm } from "../storage-kind.ts";

/** `memory:`, which has no name: each opening is another one. */
export const memoryUrls: UrlForm<NamedPlace> = {
  scheme: "memory",
  form: "memory:",
  leavesNothing: true,
  placeOf: (url) => (url.host + url.pathname === "" ? {} : "memory: takes no name"),
};
