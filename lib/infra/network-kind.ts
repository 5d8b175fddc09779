/**
 * How tasks in the VPC that is made reach AWS. Both leave out NAT gateways. docs/decisions/0047 says which service is
 * reached how, and what is not known of it.
 */
export const networkKinds = ["endpoints", "ipv6-egress"] as const;

export type NetworkKind = (typeof networkKinds)[number];

/** One leads to the stage's own and nowhere else, the other to everybody on port 443. */
export const DEFAULT_NETWORK: NetworkKind = "endpoints";

/** By this the SDK takes those names of services that have IPv6 addresses as well. */
export const dualStackVariables = { AWS_USE_DUALSTACK_ENDPOINT: "true" } as const;
