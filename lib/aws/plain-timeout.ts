/** The words of the SDK's HTTP handler for its limits, and the same without its inner names. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^@smithy\/.*did not establish a connection.*?([0-9]+) ms.*$/s, "no connection to the service within $1 ms"],
  [/^@smithy\/.*exceeded the configured ([0-9]+) ms requestTimeout.*$/s, "no answer from the service within $1 ms"],
  [/^@smithy\/.*timed out after ([0-9]+) ms of inactivity.*$/s, "nothing more from the service for $1 ms"],
];

/** The same error, spelled for a person where it is one of the SDK's time-outs. */
export function plainTimeout(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const [said, plain] of SPELLINGS) error.message = error.message.replace(said, plain);
  return error;
}
