import { readdirSync, readFileSync } from "node:fs";

/** The captured datagrams of a real publisher, and what they are signed with. */
export const captureSecret = "change this for valid signing";

export function capturedDatagrams(): readonly Buffer[] {
  const folder = new URL("../test/fixtures/datagrams/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".bin"));
  return files.sort().map((name) => readFileSync(new URL(name, folder)));
}
