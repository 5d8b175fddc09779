import { shownUrl } from "../../log/shown-url.ts";

/** The address in `--health`, where the health port listens. */
export interface HealthAddress {
  readonly host: string;
  readonly port: number;
}

/** @returns the address of a URL such as http://127.0.0.1:8080, or what is wrong with it */
export function parseHealthUrl(url: string): HealthAddress | { readonly problem: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPlain = parsed?.protocol === "http:" && parsed.pathname === "/" && parsed.search === "" && parsed.hash === "";
  if (parsed === undefined || !isPlain || parsed.username !== "") {
    return { problem: `--health: expected a URL such as http://127.0.0.1:8080, got ${shownUrl(url)}` };
  }
  // 80 is the port that URL leaves out.
  return { host: parsed.hostname.replace(/^\[|\]$/g, ""), port: Number(parsed.port || "80") };
}
