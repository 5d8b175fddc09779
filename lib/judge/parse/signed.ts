import type { SignedForm } from "../../sample/sample.ts";

/** The facts that proving a message genuine adds to its fields. */
export interface Signed {
  readonly dialect: SignedForm;
  /** The message's own signature; null where only its envelope has one. */
  readonly signature: string | null;
}
