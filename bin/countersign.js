#!/usr/bin/env node
// Node 22.18 and later run TypeScript themselves; Node 20 needs tsx, found beside this file wherever we are called from.
if (!process.features.typescript) {
  const { register } = await import("tsx/esm/api");
  register();
}
// The SDK's notice that it will drop Node 20 is for whoever deploys; what is deployed runs on Node 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
await import("./countersign.ts");
