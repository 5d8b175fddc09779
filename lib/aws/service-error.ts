/** System errors of a service that can't be reached, as against those of a path that is wrong. */
const UNREACHABLE = /^(?:ECONN|ENET|EHOST|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE)/;

/** Whether the same call may succeed later: nobody answered, or with a fault of the service's own. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isTransient);
  if (!(error instanceof Error)) return false;
  if ("code" in error && UNREACHABLE.test(String(error.code))) return true;
  const status = httpStatus(error);
  return (status !== undefined && status >= 500) || /^Throttl|^Timeout/.test(error.name);
}

/** The HTTP status that a service of AWS answered with; undefined where none did, as of a connection that failed. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error && "$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
