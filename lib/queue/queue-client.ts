import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { bounded } from "../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../aws/client-options.ts";
import { credentialsProblem, shownUrl } from "../log/shown-url.ts";
import { awsRegion, isLoopback, withoutSlash } from "./queue-place.ts";

/** A queue and the client that reaches it. */
export interface Queue {
  readonly url: string;
  readonly client: SQSClient;
}

/** The one name of SQS that the SDK finds by itself, and the environment may point elsewhere. */
const USUAL_HOST = /^sqs\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/**
 * Opens a queue by its URL. One that is not in AWS is reached where its URL says; one on this machine needs neither
 * a region nor credentials.
 *
 * @returns the queue, or what is wrong with the URL
 */
export function openQueue(url: string, limits: CallLimits = callLimits.queue): Queue | { readonly problem: string } {
  const text = withoutSlash(url);
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.pathname.length < 2) {
    return {
      problem: `not a queue URL: ${shownUrl(url)}; expected one such as https://sqs.eu-west-1.amazonaws.com/123456789012/metering`,
    };
  }
  const problem = credentialsProblem(parsed);
  if (problem !== undefined) return { problem };
  return { url: text, client: bounded(new SQSClient({ ...placeOf(parsed), ...limitOptions(limits) }), limits) };
}

function placeOf({ hostname, origin }: URL): SQSClientConfig {
  const region = awsRegion(hostname);
  if (region !== undefined) {
    // Else the SDK would put the URL's host in the place of the one that the environment names.
    return { region, ...(USUAL_HOST.test(hostname) ? { useQueueUrlAsEndpoint: false } : { endpoint: origin }) };
  }
  if (!isLoopback(hostname)) return { endpoint: origin, useQueueUrlAsEndpoint: false };
  return {
    // Embedded servers answer with host names such as sqs.us-east-1.localhost, which do not resolve everywhere.
    endpoint: origin.replace(/[^/:]+\.localhost/, "127.0.0.1"),
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    useQueueUrlAsEndpoint: false,
  };
}
