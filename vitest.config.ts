import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Heap and processor time of the process itself: what another file leaves behind would be counted too. */
const measuring = [
  "test/dispatch/recent-pairings.test.ts",
  "test/judge/{cost,deployed-heap,known-metadata,regressions}.test.ts",
  "test/quarantine/quarantine-quota.test.ts",
  "test/query/explain/cost.test.ts",
  "test/query/usage-memory.test.ts",
  "test/signature/legacy/field-names.test.ts",
];

/** Tests of what listens, connects or starts a process. */
const servers = [
  "test/acceptance/**/*.test.ts",
  "test/access/*.test.ts",
  "test/assembly/*.test.ts",
  "test/assembly/opening/*.test.ts",
  "test/aws/*.test.ts",
  "test/canary/round-trip.test.ts",
  "test/cli/{cli,redrive,send-v2}.test.ts",
  "test/docs/who-signed.test.ts",
  "test/cli/{doctor,keys,quarantine}/*.test.ts",
  "test/field/*.test.ts",
  "test/functions/**/*.test.ts",
  "test/infra/**/*.test.ts",
  "test/keys/{key-store,rotation}.test.ts",
  "test/keys/places/{logged-last-uses,secrets-manager}.test.ts",
  "test/listener/*.test.ts",
  "test/listener/{tcp,udp}/*.test.ts",
  "test/quarantine/s3-quarantine.test.ts",
  "test/query/usage-agreement-servers.test.ts",
  "test/queue/{created-queues,open-spill-queue,poller,redrive-totals,retries}.test.ts",
  "test/queue/redrive/redrive.test.ts",
  "test/readme.test.ts",
  "test/rehearse/**/*.test.ts",
  "test/storage/{dynamodb-captures,formats,open-storage,opening}.test.ts",
  "test/storage/{dynamodb,s3}/**/*.test.ts",
];

export default defineConfig({
  test: {
    globalSetup: "test/support/own-temporary-folder.ts",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Twice as many as there are processors, as many tests wait; by default one is left idle for a watcher.
    maxWorkers: 2 * availableParallelism(),
    // Without isolation a process loads the code once for all files, which halves the time: no test may leave anything open.
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          include: ["test/**/*.test.ts"],
          exclude: [...servers, ...measuring],
          setupFiles: ["test/support/no-sockets.ts"],
          isolate: false,
        },
      },
      { extends: true, test: { name: "servers", include: servers, exclude: measuring, isolate: false } },
      // Each file in a process of its own, which it measures. The last by name, as projects go: short ones fill what is left.
      { extends: true, test: { name: "solitary", include: measuring } },
    ],
    coverage: {
      provider: "v8",
      include: ["lib/**/*.ts", "functions/**/*.ts"],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90 },
    },
  },
});
