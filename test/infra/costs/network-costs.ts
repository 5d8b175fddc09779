import type { NetworkKind } from "../../../lib/infra/network-kind.ts";
import { fullStage } from "../changes/full-stage.ts";
import { synthesize } from "../synthesized.ts";
import type { Deployment } from "../template.ts";

/** The same stage with the defaults on each network, and without a socket side. */
export function deployments(): { readonly on: (network: NetworkKind) => Deployment; readonly without: Deployment } {
  const stage = fullStage();
  return {
    on: (network) => synthesize({ ...stage, udp: { ...stage.udp, network } }),
    without: synthesize({ ...stage, udp: null }),
  };
}
