import { type Settings, toEnvironment } from "../settings.ts";
import { type SocketSettings, socketDefaults } from "../socket-defaults.ts";
import type { QuarantineBucket } from "./quarantine-bucket.ts";
import type { SampleStorage } from "./sample-storage.ts";
import type { SigningSecret } from "./signing-secret.ts";
import type { SpillQueue } from "./spill-queue.ts";

/** The settings by which a stage's samples are judged, the same on both sides. */
export type JudgingSettings = Pick<
  Settings,
  "stage" | "dialects" | "extraFields" | "keyCacheSeconds" | "timeWindow" | "legacyListeners"
>;

/** The constructs that both sides read and write. */
export interface CollectorParts {
  readonly storage: SampleStorage;
  readonly secret: SigningSecret;
  readonly quarantine: QuarantineBucket;
}

/** The environment of a deployed collector. Names of things alone: no secret is ever in a template. */
export function collectorEnvironment(
  settings: JudgingSettings,
  parts: CollectorParts & { readonly spillQueue: SpillQueue },
  sockets: Pick<Settings, "listen" | "healthPort"> & Partial<SocketSettings>,
): Record<string, string> {
  return toEnvironment({
    ...settings,
    ...socketDefaults,
    ...sockets,
    storage: parts.storage.url,
    secrets: [],
    secretArn: parts.secret.arn,
    keyFile: null,
    allowDefaultSecret: false,
    spillQueue: parts.spillQueue.url,
    quarantine: parts.quarantine.url,
  });
}
