/** Every reason for which a message can never succeed. Other programs read these words: add, don't rename. */
export const rejectionReasons = [
  "too-large",
  "undecodable",
  "not-a-sample",
  "unsigned",
  "bad-signature",
  "unknown-key",
  "refused-key",
  "legacy-refused",
  "outside-window",
  "ambiguous",
  "invalid-sample",
  "unstorable",
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];

/** A count for every reason, all 0. */
export function noRejections(): Record<RejectionReason, number> {
  // Its names are exactly the reasons, which the type of `fromEntries` can't say.
  return Object.fromEntries(rejectionReasons.map((reason) => [reason, 0])) as Record<RejectionReason, number>;
}

export interface Rejection {
  readonly reason: RejectionReason;
  /** For a person: what was wrong, with the offending value shortened. Never a secret or a digest. */
  readonly detail: string;
  /** The signature that proved an `ambiguous` one genuine all the same. */
  readonly signature?: string | undefined;
}

/** The rejection alone, without the `ok` that tells it from a success. */
export function rejectionOf({ reason, detail, signature }: Rejected): Rejection {
  return signature === undefined ? { reason, detail } : { reason, detail, signature };
}

export type Rejected = { readonly ok: false } & Rejection;
export type Result<T> = { readonly ok: true; readonly value: T } | Rejected;

export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function reject(reason: RejectionReason, detail: string): Rejected {
  return { ok: false, reason, detail };
}
