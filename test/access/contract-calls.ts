import { stageSettings, synthesize } from "../infra/synthesized.ts";
import { localArn } from "../rehearse/resolve.ts";
import { type Resource, readTemplates } from "../rehearse/templates.ts";
import type { RecordedCall } from "../support/recording-proxy.ts";
import { awsCalls } from "./aws-call.ts";
import { refusedCalls } from "./findings.ts";
import { accessIn } from "./rights.ts";

/** How what a contract runs on is called in a stage. */
export interface StandsFor {
  /** The logical id, before its hash, of the table or bucket that one of this name stands for. */
  readonly construct: (name: string) => string;
  /** In front of all keys of a contract's bucket, and of none in a stage. */
  readonly prefix?: string;
}

/** Of the calls that a storage's contract made, those that an operator of a stage has no right to: one may do all of it. */
export function refusedToOperator(calls: readonly RecordedCall[], { construct, prefix = "" }: StandsFor) {
  const templates = readTemplates(synthesize(stageSettings("prod")).directory);
  const isNamed = (name: string) => (one: Resource) => one.logicalId.replace(/[0-9A-F]{8}$/, "") === construct(name);
  const arnOf = (name: string) => {
    const found = templates.resources.find(isNamed(name));
    return found === undefined ? `unknown:${name}` : localArn(found);
  };
  const made = calls.flatMap((call) => awsCalls(call, arnOf));
  return refusedCalls(
    accessIn(templates),
    made.map((call) => ({ ...call, signer: "OperatorRole", resource: call.resource.replace(`/${prefix}`, "/") })),
  );
}
