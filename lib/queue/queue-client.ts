import { SQSClient } from "@aws-sdk/client-sqs";

/** A queue and the client that reaches it. */
export interface Queue {
  readonly url: string;
  readonly client: SQSClient;
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.[0-9]+){3}|\[::1\])$/;

/**
 * Opens a queue by its URL. One that is not on amazonaws.com is reached where its URL says; one on this
 * machine needs neither a region nor credentials.
 *
 * @returns the queue, or what is wrong with the URL
 */
export function openQueue(url: string): Queue | { readonly problem: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.pathname.length < 2) {
    return {
      problem: `not a queue URL: ${JSON.stringify(url)}; expected one such as https://sqs.eu-west-1.amazonaws.com/123456789012/metering`,
    };
  }
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(parsed.hostname)?.[1];
  if (region !== undefined) return { url, client: new SQSClient({ region }) };
  if (!LOOPBACK.test(parsed.hostname)) {
    return { url, client: new SQSClient({ endpoint: parsed.origin, useQueueUrlAsEndpoint: false }) };
  }
  // Embedded servers answer with host names such as sqs.us-east-1.localhost, which do not resolve everywhere.
  const endpoint = parsed.origin.replace(/[^/:]+\.localhost/, "127.0.0.1");
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { url, client: new SQSClient({ endpoint, region: "us-east-1", credentials, useQueueUrlAsEndpoint: false }) };
}
