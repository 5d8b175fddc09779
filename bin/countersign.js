#!/usr/bin/env node
// Node 22.18 and later run TypeScript themselves; Node 20 needs tsx, found beside this file wherever we are called from.
if (!process.features.typescript) {
  const { register } = await import("tsx/esm/api");
  register();
}
await import("./countersign.ts");
