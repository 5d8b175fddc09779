/**
 * The meter of the samples that a deployment sends itself, to see that they come through. Nobody's: they have no project
 * and no user, and usage of all meters leaves them out.
 */
export const CANARY_METER = "countersign.canary";
