import { type CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from "@aws-sdk/client-cloudformation";

/** One deployed stack of a stage. */
export interface DeployedStack {
  readonly name: string;
  /** CloudFormation's word for how its last deployment ended: `UPDATE_COMPLETE`. */
  readonly status: string;
  /** Whether somebody has changed what it made, as far as that was looked for: `DRIFTED`, `IN_SYNC`, `NOT_CHECKED`. */
  readonly drift: string;
  readonly outputs: ReadonlyMap<string, string>;
}

/** The names of a stage's stacks: the queue side, and the socket side where there is one. */
export function stackNames(stage: string): { readonly queueSide: string; readonly socketSide: string } {
  return { queueSide: `Countersign-${stage}`, socketSide: `Countersign-${stage}-udp` };
}

/** @returns undefined where there is no such stack. @throws what CloudFormation answers else */
export async function describeStack(client: CloudFormationClient, name: string): Promise<DeployedStack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    if (stack?.StackStatus === undefined) throw new Error("the answer is not CloudFormation's");
    return {
      name,
      status: stack.StackStatus,
      drift: stack.DriftInformation?.StackDriftStatus ?? "NOT_CHECKED",
      outputs: new Map((stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue])),
    };
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** The template that a stack was deployed with, as JSON. */
export async function deployedTemplate(client: CloudFormationClient, name: string): Promise<string> {
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: name, TemplateStage: "Original" }));
  if (TemplateBody === undefined) throw new Error("the answer is not CloudFormation's");
  return TemplateBody;
}
