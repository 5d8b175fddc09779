import { fileURLToPath } from "node:url";
import { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import { type NodejsFunctionProps, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What every function has in common: the runtime, and how its code becomes one file. */
const common = {
  projectRoot: root,
  depsLockFilePath: `${root}package-lock.json`,
  handler: "handler",
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  awsSdkConnectionReuse: false,
  bundling: {
    format: OutputFormat.ESM,
    target: "node24",
    minify: true,
    sourceMap: true,
    sourcesContent: false,
    // The runtime's own SDK is another version than the one tested here, and can't be run on a laptop.
    bundleAwsSDK: true,
    mainFields: ["module", "main"],
    // Parts of the SDK are CommonJS and require Node's modules, which ESM has no `require` for.
    // The name is one that no minifier picks.
    banner:
      'import{createRequire as createBundleRequire}from"node:module";const require=createBundleRequire(import.meta.url);',
  },
} as const satisfies NodejsFunctionProps;

/** @param name a folder of `functions`. */
export function functionCode(name: string): typeof common & { readonly entry: string } {
  return { ...common, entry: `${root}functions/${name}/handler.ts` };
}

/** Stack traces are of the code as it was written. */
export const functionVariables = { NODE_OPTIONS: "--enable-source-maps" } as const;
