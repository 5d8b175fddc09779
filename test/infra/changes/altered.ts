import { type Deployment, plainId, type Resource } from "../template.ts";

/** Copies of a deployment as it would be if the constructs were written in another way. */

/** All that the socket side reads out of outputs is imported. */
export function importing({ collector, udp }: Deployment): Deployment {
  const exported = Object.keys(collector.Outputs ?? {}).filter((name) => name.startsWith("Exports"));
  const text = JSON.stringify(udp, (_, value: unknown) => {
    const name = /"Fn::GetStackOutput":.*"OutputName":"Publish(\w+)\w{8}"/.exec(JSON.stringify(value) ?? "")?.[1];
    const isReference = typeof value === "object" && value !== null && Object.hasOwn(value, "Fn::GetStackOutput");
    if (!isReference || name === undefined) return value;
    const found = exported.find((one) => one.slice(0, -8) === `Exports${name}`);
    return { "Fn::ImportValue": `Countersign-prod:${found}` };
  });
  return { collector, udp: JSON.parse(text) };
}

/** Whatever makes it another one, and although CDK writes a name once that stands twice in a path. */
const NAMED = /^UdpCollectorLoadBalancer(?:[0-9a-f]{8})?(?:LoadBalancer)?/;

/** The load balancer, its listeners and its target groups are called the same wherever they are. */
export function withOneLoadBalancer({ collector, udp }: Deployment): Deployment {
  const text = Object.keys(udp.Resources)
    .filter((id) => NAMED.test(id))
    .reduce((all, id) => {
      const name = plainId(id).replace(NAMED, "LoadBalancer");
      return all.replaceAll(`"${id}"`, `"${name}"`);
    }, JSON.stringify(udp));
  return { collector, udp: JSON.parse(text) };
}

/** All resources of a type have names of their own, and are retained. */
export function withFixedNames(deployment: Deployment, type: string, property: string): Deployment {
  const copy = structuredClone(deployment);
  for (const [id, resource] of [...entriesOf(copy.collector.Resources), ...entriesOf(copy.udp.Resources)]) {
    if (resource.Type !== type) continue;
    Object.assign(resource, { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    Object.assign(Object(resource.Properties), { [property]: id });
  }
  return copy;
}

function entriesOf(resources: Record<string, Resource>): readonly (readonly [string, Resource])[] {
  return Object.entries(resources);
}
