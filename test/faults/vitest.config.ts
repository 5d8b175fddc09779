import { defineConfig } from "vitest/config";

/** `npm run faults` runs each scenario whole; `npm run faults -- --mode short` a part of it, as CI does. */
export default defineConfig(({ mode }) => ({
  test: {
    root: new URL("../../", import.meta.url).pathname,
    include: ["test/faults/*.fault.ts"],
    globalSetup: "test/faults/build.ts",
    provide: { isShort: mode === "short" },
    // One at a time: each measures, and there are few processors.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
}));

declare module "vitest" {
  export interface ProvidedContext {
    /** A bounded part of every scenario. */
    isShort: boolean;
  }
}
