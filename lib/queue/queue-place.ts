/** The place of a queue, as its URL says. */
export type QueuePlace =
  | { readonly kind: "aws"; readonly region: string; readonly account: string; readonly name: string }
  /** On a server on this machine, which has no accounts and no outsiders. */
  | { readonly kind: "local"; readonly name: string };

const LOOPBACK = /^(localhost|.*\.localhost|127(\.[0-9]+){3}|\[::1\])$/;
const REGION = "(?<region>[a-z0-9-]+)";
/** All names that AWS gives SQS: usual, FIPS, dual-stack, of old, and a VPC endpoint's. */
const AWS_HOSTS = [
  `sqs(?:-fips)?\\.${REGION}\\.amazonaws\\.com(?:\\.cn)?`,
  `sqs(?:-fips)?\\.${REGION}\\.api\\.(?:aws|amazonwebservices\\.com\\.cn)`,
  `${REGION}\\.queue\\.amazonaws\\.com(?:\\.cn)?`,
  `vpce-[a-z0-9-]+\\.sqs(?:-fips)?\\.${REGION}\\.vpce\\.amazonaws\\.com(?:\\.cn)?`,
].map((host) => new RegExp(`^${host}$`));
const AWS_PATH = /^\/([0-9]{12})\/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/;

/** @returns undefined where it can't be told: then nobody knows who else may write there */
export function queuePlace(queueUrl: string): QueuePlace | undefined {
  const text = withoutSlash(queueUrl);
  if (!URL.canParse(text)) return undefined;
  const { hostname, pathname, protocol } = new URL(text);
  if (isLoopback(hostname)) {
    const name = pathname.split("/").at(-1);
    return name === undefined || name === "" ? undefined : { kind: "local", name };
  }
  const region = awsRegion(hostname);
  const [, account, name] = AWS_PATH.exec(pathname) ?? [];
  if (protocol !== "https:" || region === undefined || account === undefined || name === undefined) return undefined;
  return { kind: "aws", region, account, name };
}

/** The region of a host of SQS in AWS; undefined for any other host. */
export function awsRegion(hostname: string): string | undefined {
  for (const host of AWS_HOSTS) {
    const region = host.exec(hostname)?.groups?.region;
    if (region !== undefined) return region;
  }
  return undefined;
}

/** Whether a URL's host is this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** A slash at the end means nothing to SQS's users, and is an unknown queue to SQS. */
export function withoutSlash(queueUrl: string): string {
  return queueUrl.replace(/\/+$/, "");
}
