import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  InternalServerError,
  LimitExceededException,
  ProvisionedThroughputExceededException,
  ReplicatedWriteConflictException,
  RequestLimitExceeded,
  ResourceInUseException,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { AccessDenied, NoSuchBucket, S3ServiceException } from "@aws-sdk/client-s3";
import {
  DecryptionFailure,
  InternalServiceError,
  SecretsManagerServiceException,
} from "@aws-sdk/client-secrets-manager";
import { KmsDisabled, KmsThrottled, OverLimit, QueueDoesNotExist, RequestThrottled } from "@aws-sdk/client-sqs";
// A part of the SDK, in the version that the SDK brings: listed nowhere, or it could be another.
import { CredentialsProviderError } from "@smithy/core/config";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import { describe, expect, it } from "vitest";
import { httpStatus, isWorthRetrying } from "../../lib/aws/service-error.ts";

type SdkError = Parameters<typeof isTransientError>[0];
type Row = readonly [what: string, error: unknown];

/** As a service answers: nearly all of AWS's refusals are 400. */
const refused = { message: "refused", $metadata: { httpStatusCode: 400 } };
const withName = (name: string, message = "refused"): Row => [
  name,
  new DynamoDBServiceException({ ...refused, message, name, $fault: "client" }),
];
const withStatus = (httpStatusCode: number): Row => [
  `status ${httpStatusCode}`,
  new S3ServiceException({ message: "", name: "Unknown", $fault: "client", $metadata: { httpStatusCode } }),
];
const withCode = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const rowOfCode = (code: string): Row => [code, withCode(code)];
const nested = (error: unknown, depth: number): Error =>
  new Error("wrapped", { cause: depth > 1 ? nested(error, depth - 1) : error });
const named = (name: string, cause?: unknown): Error => Object.assign(new Error("said so", { cause }), { name });

/** As Node's connecting fails to a name with these addresses. */
function addresses(...errors: readonly Error[]): Error {
  return new AggregateError(errors, "tried all");
}

function circle(): Error {
  const error = new Error("a circle");
  error.cause = error;
  return error;
}

const passing: readonly Row[] = [
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EADDRNOTAVAIL"].map(rowOfCode),
  ...["EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "ENETRESET"].map(rowOfCode),
  ...["ENOTFOUND", "EAI_AGAIN"].map(rowOfCode),
  ["a socket that hung up", new Error("socket hang up")],
  ["a time-out of the SDK's", named("TimeoutError")],
  ["a signal's time-out", new DOMException("too late", "TimeoutError")],
  ["a connection that broke, as the cause of another error", nested(withCode("ECONNRESET"), 1)],
  ["the same, deeper", nested(withCode("ECONNRESET"), 9)],
  ["the same, of an answer that had begun", Object.assign(nested(withCode("ECONNRESET"), 1), refused)],
  ["all addresses of a name", addresses(withCode("ECONNREFUSED"), withCode("ETIMEDOUT"))],
  ["one address of a name", addresses(withCode("EACCES"), withCode("ECONNREFUSED"))],
  ["the cause of one address", addresses(nested(withCode("ECONNREFUSED"), 1))],

  ["ThrottlingException", new ThrottlingException(refused)],
  ["ProvisionedThroughputExceededException", new ProvisionedThroughputExceededException(refused)],
  ["RequestLimitExceeded", new RequestLimitExceeded(refused)],
  ["LimitExceededException: too many tables are being made", new LimitExceededException(refused)],
  ["TransactionInProgressException", new TransactionInProgressException(refused)],
  ["RequestThrottled", new RequestThrottled(refused)],
  ["KmsThrottled", new KmsThrottled(refused)],
  ...["Throttling", "ThrottledException", "RequestThrottledException", "TooManyRequestsException"].map((name) =>
    withName(name),
  ),
  ...["BandwidthLimitExceeded", "SlowDown", "EC2ThrottledException", "PriorRequestNotComplete"].map((name) =>
    withName(name),
  ),
  withStatus(429),
  ["what the service's model calls retryable", new ReplicatedWriteConflictException(refused)],

  ["InternalServerError", new InternalServerError({ message: "", $metadata: {} })],
  ["InternalServiceError", new InternalServiceError({ message: "", $metadata: { httpStatusCode: 500 } })],
  ...["InternalError", "InternalFailure", "ServiceUnavailable", "RequestTimeout", "RequestTimeoutException"].map(
    (name) => withName(name),
  ),
  ...[408, 500, 502, 503, 504, 507, 520].map(withStatus),

  ["CredentialsProviderError", new CredentialsProviderError("could not load credentials from any providers")],
  ...["ExpiredToken", "ExpiredTokenException", "RequestExpired"].map((name) => withName(name)),

  ...["RequestTimeTooSkewed", "RequestInTheFuture"].map((name) => withName(name)),
  withName("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"),
  withName("InvalidSignatureException", "Signature not yet current: 20260101T002000Z is still later than 20260101"),
  withName("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"),
  rowOfCode("CERT_NOT_YET_VALID"),
];

const staying: readonly Row[] = [
  ["AccessDenied", new AccessDenied({ message: "", $metadata: { httpStatusCode: 403 } })],
  ...["AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId"].map((name) => withName(name)),
  withName("InvalidSignatureException", "The request signature we calculated does not match"),
  withName("SignatureDoesNotMatch", "The request signature we calculated does not match"),
  withName("ValidationException", "One or more parameter values were invalid: Signature expired"),
  ["ResourceNotFoundException", new ResourceNotFoundException(refused)],
  ["ResourceInUseException", new ResourceInUseException(refused)],
  ["ConditionalCheckFailedException", new ConditionalCheckFailedException(refused)],
  ["NoSuchBucket", new NoSuchBucket({ message: "", $metadata: { httpStatusCode: 404 } })],
  ["QueueDoesNotExist", new QueueDoesNotExist(refused)],
  ["OverLimit", new OverLimit(refused)],
  ["KmsDisabled", new KmsDisabled(refused)],
  ["DecryptionFailure", new DecryptionFailure(refused)],
  ...["LimitExceeded", "ServiceQuotaExceededException"].map((name) => withName(name)),
  ["an error of the service without a status", new SecretsManagerServiceException({ ...odd(), $metadata: {} })],
  ...[200, 301, 400, 403, 404, 409, 412, 501, 505].map(withStatus),
  ["a call that we broke off", named("AbortError")],
  ["a call that we broke off for its time", named("AbortError", new DOMException("too late", "TimeoutError"))],
  ...["ENOENT", "EACCES", "ENOSPC", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"].map(rowOfCode),
  ["addresses that we may not use", addresses(withCode("EACCES"), withCode("EPERM"))],
  ["no address at all", addresses()],
  ["an answer that is not the service's", new SyntaxError("Unexpected token '<'")],
  ["a fault of ours", new TypeError("undefined is not a function")],
  ["a circle of causes", circle()],
  ["a code that is no text", Object.assign(new Error("odd"), { code: 7 })],
  ["metadata that is none", Object.assign(new Error("odd"), { $metadata: null })],
  ["text", "ECONNRESET"],
  ["nothing", undefined],
];

function odd() {
  return { message: "odd", name: "Odd", $fault: "client" } as const;
}

describe("an error of a call to AWS", () => {
  it.each(passing)("is worth another attempt: %s", (_what, error) => {
    expect(isWorthRetrying(error)).toBe(true);
  });

  it.each(staying)("is not worth another attempt: %s", (_what, error) => {
    expect(isWorthRetrying(error)).toBe(false);
  });

  it("is worth another attempt wherever the SDK makes one by itself", () => {
    const errors = [...passing, ...staying].filter(
      (row): row is readonly [string, SdkError] => row[1] instanceof Error,
    );
    const retried = errors.filter(([, error]) => isTransientError(error) || isThrottlingError(error));
    expect(retried.filter(([, error]) => !isWorthRetrying(error))).toEqual([]);
    expect(retried.length).toBeGreaterThan(30);
  });
});

describe("the status of an answer", () => {
  it("is the service's, where there was an answer", () => {
    const answered = new NoSuchBucket({ message: "", $metadata: { httpStatusCode: 404 } });
    const errors = [answered, withCode("ECONNRESET"), Object.assign(new Error("odd"), { $metadata: null }), "text"];
    expect(errors.map(httpStatus)).toEqual([404, undefined, undefined, undefined]);
  });
});
