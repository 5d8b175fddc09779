#!/usr/bin/env node
// Node 22.18 and later run TypeScript themselves; Node 20 needs tsx, found beside this file wherever we are called from.
if (!process.features.typescript) {
  const tsx = await import("tsx/esm/api").catch((error) => {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write(
      `countersign: Node ${process.versions.node} can't run TypeScript by itself, and tsx, which helps it, is not installed: ` +
        "install it with npm ci --include=dev (npm leaves it out while NODE_ENV is production), or use Node 22.18 or later\n",
    );
    process.exit(1);
  });
  tsx.register();
}
// The SDK's notice that it will drop Node 20 is for whoever deploys; what is deployed runs on Node 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
await import("./countersign.ts");
