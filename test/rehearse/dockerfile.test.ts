import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readDockerfile } from "./dockerfile.ts";

it("reads of the UDP collector's Dockerfile how it is bundled, what is copied and how it is started", () => {
  const path = fileURLToPath(new URL("../../functions/udp-collector/Dockerfile", import.meta.url));
  expect(readDockerfile(path)).toEqual({
    bundle: "npm run bundle:udp",
    copied: "dist/udp-collector/",
    environment: { NODE_ENV: "production" },
    command: ["node", "--enable-source-maps", "main.mjs"],
    base: expect.stringMatching(/^node:24\./),
  });
});
