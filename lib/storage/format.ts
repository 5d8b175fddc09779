/**
 * The format of stored rows. 1: the key of a row is its identity. 2: identity and digest of what it says, so that two
 * contents of one identity are two rows. Every storage says which it is written in, and so does every row since 2.
 */
export const FORMAT = 2;

/** A storage, or a row in it, that a later release laid out: to guess at it would be to bill by a guess. */
export class NewerFormat extends Error {
  constructor(place: string, found: string | number | bigint) {
    super(
      `${place} is in storage format ${found}, and this release knows formats up to ${FORMAT}: ` +
        "use the release that wrote it, or a later one (docs/storage.md, Upgrading)",
    );
  }
}
