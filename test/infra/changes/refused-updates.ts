import { isDeepStrictEqual } from "node:util";
import { at, list, type Resource, resourcesOf } from "../template.ts";
import { isSamePlace, type Place, placesOfResource } from "./places.ts";
import { referencesIn, type StackChange } from "./stack-change.ts";

/** A resource that is no stack's any more, since it was retained. */
export type LeftBehind = Resource;

/**
 * Why this update of one stack would not go through.
 *
 * @param left what earlier updates left behind
 */
export function refusedUpdates(change: StackChange, left: readonly LeftBehind[]): readonly string[] {
  return [...takenPlaces(change, left), ...tornLoadBalancers(change), ...movedLoadBalancers(change)];
}

/** What goes from a stack without going from the account. */
export function leftBehindBy({ before, after, going }: StackChange): readonly LeftBehind[] {
  return [...going].flatMap((id) => {
    const resource = before.Resources[id];
    const policy = after.Resources[id] === undefined ? resource?.DeletionPolicy : resource?.UpdateReplacePolicy;
    return resource !== undefined && policy?.startsWith("Retain") ? [resource] : [];
  });
}

/** Something new is created while what has its name or place still stands. */
function takenPlaces({ before, after, created, going, kept }: StackChange, left: readonly LeftBehind[]) {
  // What a new resource names is itself new where that is: a listener's port is free on another load balancer.
  const isFree = ({ values }: Place) => referencesIn(values).some((id) => created.has(id));
  const taken = [
    ...[...going].flatMap((id) => placesIn(before.Resources[id]).map((place) => ({ place, by: `${id}, which goes` }))),
    ...[...kept].flatMap((id) => placesIn(after.Resources[id]).map((place) => ({ place, by: `${id}, which stays` }))),
    ...left.flatMap((one) => placesIn(one).map((place) => ({ place, by: "what was left behind" }))),
  ];
  return [...created].flatMap((id) =>
    placesIn(after.Resources[id])
      .filter((place) => !isFree(place))
      .flatMap((place) =>
        taken
          .filter((one) => isSamePlace(one.place, place))
          .map(({ by }) => `${id} can't be created: ${place.properties.join(" and ")} is taken by ${by}`),
      ),
  );
}

function placesIn(resource: Resource | undefined): readonly Place[] {
  return resource === undefined ? [] : placesOfResource(resource);
}

/** A load balancer stays in its VPC, and shares no target group with another: with its listeners it is kept or is new. */
function tornLoadBalancers({ after, created }: StackChange): readonly string[] {
  return resourcesOf(after, "AWS::ElasticLoadBalancingV2::Listener").flatMap(([listener, { Properties }]) => {
    const parts = [
      listener,
      ...referencesIn(at(Properties, "LoadBalancerArn")),
      ...list(at(Properties, "DefaultActions")).flatMap(referencesIn),
    ];
    const fresh = parts.filter((id) => created.has(id));
    if (fresh.length === 0 || fresh.length === parts.length) return [];
    return [`${parts.join(", ")} belong together, and only these are new: ${fresh.join(", ")}`];
  });
}

/**
 * One subnet for another of its zone is refused while the first is there, and an address is given with a subnet. AWS's
 * specification has it otherwise.
 */
function movedLoadBalancers({ before, after, kept }: StackChange): readonly string[] {
  return resourcesOf(after, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    .filter(([id]) => kept.has(id))
    .filter(([id, now]) => {
      const old = before.Resources[id];
      const placeOf = (one: Resource | undefined) =>
        ["Subnets", "SubnetMappings"].map((name) => at(one?.Properties, name));
      return !isDeepStrictEqual(placeOf(old), placeOf(now));
    })
    .map(([id]) => `${id} stays, and gets other subnets or addresses`);
}
