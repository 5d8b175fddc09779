import type { Dialect, MeteringRecord } from "../../lib/sample/sample.ts";

/** The dialect of a record that has a signature of its own. */
export function dialectOf({ dialect }: MeteringRecord): Dialect {
  if (dialect === "v2") throw new Error("what an envelope of signature v2 carried has no dialect");
  return dialect;
}
