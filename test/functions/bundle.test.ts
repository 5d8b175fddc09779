import { build } from "esbuild";
import { expect, it } from "vitest";

/** Files of other drivers than those that store: the quarantine's, whose URL may name a folder. */
const places = ["lib/storage/file/place.ts"];

/**
 * Bytes of each function's bundle, made as it is deployed. What is deployed starts slower by what is in it, so that a
 * larger one has to be meant: 2 % more fail.
 */
const bundles = [
  { entry: "functions/queue-collector/handler.ts", bytes: 701_635, own: [], without: [], places },
  // It writes msgpack: what it spills.
  { entry: "functions/udp-collector/main.ts", bytes: 751_950, own: ["@msgpack/msgpack"], without: [], places },
  // It looks into tables alone, and opens no quarantine.
  {
    entry: "functions/canary/handler.ts",
    bytes: 491_521,
    own: ["@msgpack/msgpack"],
    without: ["@aws-sdk/checksums", "@aws-sdk/client-s3", "@aws-sdk/middleware-sdk-s3"],
    places: [],
  },
] as const;

const packages = [
  "@aws-sdk/checksums",
  "@aws-sdk/client-dynamodb",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-secrets-manager",
  "@aws-sdk/client-sqs",
  "@aws-sdk/core",
  "@aws-sdk/credential-provider-env",
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@aws-sdk/dynamodb-codec",
  "@aws-sdk/endpoint-cache",
  "@aws-sdk/middleware-endpoint-discovery",
  "@aws-sdk/middleware-sdk-s3",
  "@aws-sdk/middleware-sdk-sqs",
  "@aws-sdk/nested-clients",
  "@aws-sdk/signature-v4-multi-region",
  "@aws-sdk/token-providers",
  "@aws-sdk/xml-builder",
  "@aws/lambda-invoke-store",
  "@smithy/core",
  "@smithy/credential-provider-imds",
  "@smithy/node-http-handler",
  "@smithy/signature-v4",
  "@smithy/types",
  "mnemonist",
  "obliterator",
];

it.each(bundles)("$entry is bundled without what it does not use", async ({ entry, bytes, own, without, places }) => {
  const { metafile, outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, write: false, metafile: true, outfile: "bundle.mjs", logLevel: "error" },
    ...{ platform: "node", target: "node24", format: "esm", mainFields: ["module", "main"], minify: true },
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );
  const named = used.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const left = packages.filter((name) => !without.some((one) => one === name));
  expect([...new Set(named)].sort()).toEqual([...left, ...own].sort());
  expect(used.filter((file) => /^lib\/storage\/(?!dynamodb|s3|rows)[^/]+\//.test(file))).toEqual(places);
  expect(used.filter((file) => /^lib\/(?:cli|query|infra)\//.test(file))).toEqual([]);
  expect(outputFiles[0]?.contents.length).toBeLessThan(bytes * 1.02);
  expect(outputFiles[0]?.contents.length).toBeGreaterThan(bytes * 0.98);
});
