import type { BackoffBounds } from "../../flow/backoff.ts";

/** Between attempts to open: many collectors may start at once, and a storage that is made takes a minute. */
export const openingPauses: BackoffBounds = { firstMs: 500, mostMs: 30_000 };
