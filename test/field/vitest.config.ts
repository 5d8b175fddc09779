import { defineConfig } from "vitest/config";

/** `npm run field`: what people who do this job ran into, each tried with real processes, pipes and signals. */
export default defineConfig({
  test: {
    root: new URL("../../", import.meta.url).pathname,
    include: ["test/field/*.field.ts"],
    // One at a time: each starts processes, and there are few processors.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 30_000,
    reporters: ["verbose"],
  },
});
