import type { Settings } from "../../lib/settings.ts";
import { socketDefaults } from "../../lib/socket-defaults.ts";
import { CAPTURE_SECRET } from "./fixtures.ts";

/** What a collector of captures is told, in memory and with nothing beside it. */
export const plainSettings: Settings = {
  storage: "memory:",
  secrets: [CAPTURE_SECRET],
  allowDefaultSecret: true,
  dialects: ["py3"],
  extraFields: [],
  secretArn: null,
  stage: "test",
  listen: [],
  healthPort: null,
  ...socketDefaults,
  keyFile: null,
  keyCacheSeconds: 300,
  timeWindow: false,
  legacyListeners: ["queue", "udp", "tcp"],
  spillQueue: null,
  quarantine: null,
};
