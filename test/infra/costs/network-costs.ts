import { type NetworkKind, networkKinds } from "../../../lib/infra/network-kind.ts";
import { fullStage } from "../changes/full-stage.ts";
import { synthesize } from "../synthesized.ts";
import type { Deployment } from "../template.ts";
import { type CostLine, idleCost } from "./idle-cost.ts";

/** The same stage with the defaults on each network, and without a socket side. */
export function deployments(): { readonly on: (network: NetworkKind) => Deployment; readonly without: Deployment } {
  const stage = fullStage();
  return {
    on: (network) => synthesize({ ...stage, udp: { ...stage.udp, network } }),
    without: synthesize({ ...stage, udp: null }),
  };
}

export function networkCosts(): ReadonlyMap<NetworkKind, readonly CostLine[]> {
  const { on, without } = deployments();
  return new Map(networkKinds.map((network) => [network, idleCost(on(network), without)]));
}
