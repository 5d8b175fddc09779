import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { listAt, numberAt, objectAt, textAt } from "./json.ts";
import { localArn, resolveText, resolveTexts } from "./resolve.ts";
import type { Templates } from "./templates.ts";

/** What the template says about a function, which is all that Lambda would know of it. */
export interface DeployedFunction {
  readonly arn: string;
  readonly name: string;
  /** Where its asset is. */
  readonly folder: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutMs: number;
  readonly memoryMegabytes: number;
  /** References resolved to local names. */
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of the queues that feed it. */
  readonly sources: readonly string[];
  /** Whether each of them understands which messages of a batch failed. */
  readonly partialBatches: boolean;
}

/** The one function that event sources feed from queues. */
export function queueFunction(templates: Templates): DeployedFunction {
  const sources = templates.ofType("AWS::Lambda::EventSourceMapping");
  const [source] = sources;
  if (source === undefined) throw new Error("no stack has an event source");
  const found = templates.find(source.stack, textAt(source.properties, "FunctionName", "Ref"));
  if (found === undefined) throw new Error(`the event source ${source.logicalId} names no function`);
  const { properties, definition, stack, logicalId } = found;
  return {
    arn: localArn(found),
    name: logicalId,
    folder: join(templates.folder, textAt(definition, "Metadata", "aws:asset:path")),
    handler: textAt(properties, "Handler"),
    runtime: textAt(properties, "Runtime"),
    // What Lambda takes where a template says nothing.
    timeoutMs: (numberAt(properties, "Timeout") ?? 3) * 1_000,
    memoryMegabytes: numberAt(properties, "MemorySize") ?? 128,
    environment: resolveTexts(templates, stack, objectAt(properties, "Environment", "Variables")),
    sources: sources.map((one) => resolveText(templates, one.stack, one.properties.EventSourceArn)),
    partialBatches: sources.every((one) =>
      listAt(one.properties, "FunctionResponseTypes").includes("ReportBatchItemFailures"),
    ),
  };
}

/** Bytes of what is loaded, and of the source maps beside it. */
export function bundleSize(folder: string): { readonly code: number; readonly sourceMap: number } {
  const sizes = { code: 0, sourceMap: 0 };
  for (const name of readdirSync(folder)) {
    sizes[name.endsWith(".map") ? "sourceMap" : "code"] += statSync(join(folder, name)).size;
  }
  return sizes;
}
