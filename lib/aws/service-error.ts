/**
 * Codes of Node for a connection that was not made or broke off, a name that could not be looked up, and a certificate
 * that is not valid yet by a clock which has not been set since the start.
 */
const CONNECTION = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EADDRNOTAVAIL"],
  ...["EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "ENETRESET"],
  ...["ENOTFOUND", "EAI_AGAIN"],
  "CERT_NOT_YET_VALID",
]);

/** Errors by name, whatever status they come with: AWS says most of these with 400. */
const PASSING = new Set([
  // Too much for now. `LimitExceededException` is DynamoDB's word for too many changes of tables at a time; a quota that
  // stays used up is `LimitExceeded` or `ServiceQuotaExceededException`.
  ...["Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"],
  ...["TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "BandwidthLimitExceeded"],
  ...["ProvisionedThroughputExceededException", "SlowDown", "EC2ThrottledException", "KmsThrottled"],
  ...["PriorRequestNotComplete", "TransactionInProgressException"],
  // No answer in time.
  ...["TimeoutError", "RequestTimeout", "RequestTimeoutException"],
  // A fault of the service's own.
  ...["InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "ServiceUnavailable"],
  // Whoever provides credentials renews them, or is not up yet.
  ...["ExpiredToken", "ExpiredTokenException", "RequestExpired", "CredentialsProviderError"],
  // Our clock is off: the SDK has learnt by how much from this answer.
  ...["RequestTimeTooSkewed", "RequestInTheFuture"],
]);

/** The other way in which AWS says that our clock is off, with the name of a signature that is wrong. */
const CLOCK_IS_OFF = /Signature expired|not yet current/;
const WRONG_SIGNATURE = new Set(["InvalidSignatureException", "SignatureDoesNotMatch"]);

/** Statuses below 500 that ask for another attempt: a time-out, and a throttle without a name. */
const ASKS_AGAIN = new Set([408, 429]);
/** "Not implemented", and a version of HTTP that is not supported; any other from 500 on counts as 500 does. */
const STAYS_SO = new Set([501, 505]);

/** Errors within errors that are looked at: more than anybody nests, and an end to a circle. */
const MOST_CAUSES = 10;

/**
 * Whether the same call may succeed later without anybody changing what we ask for or with: no connection, a throttle, a
 * fault of the service's own, credentials that are renewed, a clock that is corrected. Everything else stays refused, and
 * so does what we broke off ourselves. The causes of an error count as it does.
 */
export function isWorthRetrying(error: unknown): boolean {
  return isPassing(error, MOST_CAUSES);
}

function isPassing(error: unknown, causes: number): boolean {
  if (causes < 0 || !(error instanceof Error) || error.name === "AbortError") return false;
  if (PASSING.has(error.name) || isMarked(error) || isConnection(error) || isClock(error)) return true;
  const status = httpStatus(error) ?? 0;
  if (ASKS_AGAIN.has(status) || (status >= 500 && !STAYS_SO.has(status))) return true;
  // Node's own, with an error for each address of a name: one of them is enough.
  if (error instanceof AggregateError && error.errors.some((one) => isPassing(one, causes - 1))) return true;
  return isPassing(error.cause, causes - 1);
}

/** The service's model says so. */
function isMarked(error: Error): boolean {
  return "$retryable" in error && error.$retryable !== undefined;
}

function isConnection(error: Error): boolean {
  return ("code" in error && CONNECTION.has(String(error.code))) || error.message === "socket hang up";
}

function isClock(error: Error): boolean {
  return WRONG_SIGNATURE.has(error.name) && CLOCK_IS_OFF.test(error.message);
}

/** The HTTP status that a service of AWS answered with; undefined where none did, as of a connection that failed. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error && "$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
