import { build } from "esbuild";

/** Where the bundled programs are: one that is killed twenty times should not be compiled each time. */
export const programs = {
  countersign: new URL("../../dist/faults/countersign.js", import.meta.url).pathname,
  services: new URL("../../dist/faults/services.js", import.meta.url).pathname,
  bareSocket: new URL("../../dist/faults/bare-socket.js", import.meta.url).pathname,
  flooder: new URL("../../dist/faults/flooder.js", import.meta.url).pathname,
} as const;

export async function setup(): Promise<void> {
  await build({
    entryPoints: [
      "bin/countersign.ts",
      "test/faults/services.ts",
      "test/faults/bare-socket.ts",
      "test/faults/flooder.ts",
    ],
    outdir: "dist/faults",
    entryNames: "[name]",
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    splitting: true,
    sourcemap: true,
    logLevel: "error",
  });
}
