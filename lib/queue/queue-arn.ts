import { isLoopback, queuePlace, withoutSlash } from "./queue-place.ts";

/** The account that servers on one's own machine use; AWS has no such one. */
const LOCAL_ACCOUNT = "000000000000";
const ARN = /^arn:aws(?:-[a-z-]+)?:sqs:([a-z0-9-]+):([0-9]{12}):([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/;

/**
 * The ARN of a queue as an event source names it. A queue outside AWS gets one that Lambda never names: of the region
 * `local`, or of `elsewhere` and no account, which `isFromQueue` knows for no queue.
 */
export function eventSourceArn(queueUrl: string): string {
  const place = queuePlace(queueUrl);
  if (place === undefined) return `arn:aws:sqs:elsewhere::${withoutSlash(queueUrl).split("/").at(-1) ?? ""}`;
  if (place.kind === "local") return `arn:aws:sqs:local:${LOCAL_ACCOUNT}:${place.name}`;
  return `arn:${partitionOf(place.region)}:sqs:${place.region}:${place.account}:${place.name}`;
}

/**
 * Whether an event source is the queue with this URL. In AWS region, account and name must agree; a queue on this
 * machine is known by its name. What can't be told is no.
 */
export function isFromQueue(sourceArn: string, queueUrl: string): boolean {
  const place = queuePlace(queueUrl);
  const [, region, account, name] = ARN.exec(sourceArn) ?? [];
  if (place === undefined || name !== place.name) return false;
  return place.kind === "local" ? account === LOCAL_ACCOUNT : account === place.account && region === place.region;
}

/** @returns the URL of a queue of AWS by its ARN; undefined for any other, which an ARN does not find */
export function queueUrlOf(arn: string): string | undefined {
  const [, region, account, name] = ARN.exec(arn) ?? [];
  if (region === undefined || account === LOCAL_ACCOUNT) return undefined;
  return `https://sqs.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/${account}/${name}`;
}

/** Whether two URLs mean one queue. */
export function isSameQueue(one: string, other: string): boolean {
  const [a, b] = [queuePlace(one), queuePlace(other)];
  if (a === undefined || b === undefined) return withoutSlash(one) === withoutSlash(other);
  if (a.kind === "aws" && b.kind === "aws") {
    return a.region === b.region && a.account === b.account && a.name === b.name;
  }
  return a.kind === b.kind && a.name === b.name && originOf(one) === originOf(other);
}

/** All names of this machine are one. */
function originOf(queueUrl: string): string {
  const { hostname, port, protocol } = new URL(queueUrl);
  return `${protocol}//${isLoopback(hostname) ? "localhost" : hostname}:${port}`;
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
