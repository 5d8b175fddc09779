import { CrossStackReferences, ReferenceStrength } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * For what a setting takes away or makes anew: another stack reads its name out of an output as it is deployed, in the
 * place of importing it, since CloudFormation removes no export that a deployed stack imports. The export itself stays
 * for the sake of stages whose other stack was deployed when it was an import.
 *
 * Everything else is imported, so that CloudFormation refuses to take it away from under a stack that stands.
 */
export function mayGo(...resources: readonly IConstruct[]): void {
  for (const one of resources) CrossStackReferences.of(one).produce(ReferenceStrength.BOTH);
}
