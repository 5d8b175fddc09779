/** The SDK's advice to whoever programs with it, behind what went wrong with an answer that it could not read. */
const ADVICE = /\n\s*Deserialization error: .*$/s;
/** The SDK's name for an answer that says nothing. */
const NOTHING_SAID = "UnknownError";

/** The text of an error, for a person; of something else that was thrown, its text. */
export function errorMessage(error: unknown): string {
  // A connection that several addresses refuse is an error without a message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(errorMessage).join(", ");
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  if (ADVICE.test(message))
    return `an answer${statusOf(error)} that is not the service's: ${message.replace(ADVICE, "")}`;
  return message === NOTHING_SAID ? `an answer${statusOf(error)} that does not say why` : message;
}

/** ` with HTTP status 302`, where a service of AWS, or what stands in its place, answered so. */
function statusOf(error: Error): string {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const isThere = typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata;
  return isThere && metadata.httpStatusCode !== undefined ? ` with HTTP status ${metadata.httpStatusCode}` : "";
}
