import { createReadStream } from "node:fs";
import { isNotFound } from "../../disk/file-error.ts";
import type { Stored } from "../driver.ts";
import { linesIn, TOO_LONG } from "../rows/json-lines.ts";
import { fromSettlementLine, type Settlement, toSettlementLine } from "../settlement.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { type Permissions, RotatingFile } from "./rotating-file.ts";

/** The settlements of a log, JSON lines in a file beside it that never rotates: there are as few as decisions were made. */
export class SettlementFile {
  readonly #path: string;
  readonly #permissions: Permissions;
  readonly #onUnreadable: OnUnreadable | undefined;

  constructor(logPath: string, permissions: Permissions, onUnreadable: OnUnreadable | undefined) {
    this.#path = `${logPath}.settlements`;
    this.#permissions = permissions;
    this.#onUnreadable = onUnreadable;
  }

  /** Adds durably. Not for calls at the same time. */
  async add(settlement: Settlement): Promise<Stored> {
    const file = new RotatingFile(this.#path, { maxBytes: 0, backupCount: 0 }, this.#permissions);
    try {
      await file.append([Buffer.from(`${toSettlementLine(settlement)}\n`)]);
      return { kind: "recorded" };
    } catch (cause) {
      return { kind: "failed", cause };
    } finally {
      await file.close();
    }
  }

  async read(): Promise<readonly Settlement[]> {
    const found: Settlement[] = [];
    let number = 0;
    try {
      for await (const line of linesIn(createReadStream(this.#path))) {
        number++;
        if (line === "") continue;
        // None of ours is long: what is too long is damage as well.
        const read = fromSettlementLine(line === TOO_LONG ? "" : line);
        if (read.ok) found.push(read.value);
        else this.#onUnreadable?.(`${this.#path}:${number}`, read.detail, { name: this.#path, of: "lines" });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return found;
  }
}
