/** The text of an error, for a person; of something else that was thrown, its text. */
export function errorMessage(error: unknown): string {
  // A connection that several addresses refuse is an error without a message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(errorMessage).join(", ");
  return error instanceof Error ? error.message : String(error);
}
