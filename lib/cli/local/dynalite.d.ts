declare module "dynalite" {
  import type { Server } from "node:http";

  interface DynaliteOptions {
    /** The folder that keeps the tables; in memory by default. */
    readonly path?: string;
    /** How long a table is CREATING, and so on; half a second by default. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}
