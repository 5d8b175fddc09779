/** The content of a place: the text of a set of keys, not yet looked at. */
export type KeyText =
  | {
      readonly ok: true;
      /** Undefined where bytes are kept instead. */
      readonly text: string | undefined;
      /** Differs whenever the text does. */
      readonly version: string;
      /** Something to put right, although it can be read. */
      readonly warning?: string;
    }
  | NoKeyText;

export interface NoKeyText {
  readonly ok: false;
  /** Never repeats a secret. */
  readonly problem: string;
  /** It may heal by itself, so that it is worth trying again. */
  readonly transient: boolean;
  /** There is nothing at that place. */
  readonly absent?: true;
}

export type WrittenKeys =
  /** The warning: what may have gone wrong all the same. */
  | { readonly ok: true; readonly warning?: string }
  | {
      readonly ok: false;
      readonly problem: string;
      /** Somebody else was writing: nothing was written, and reading and changing anew may go well. */
      readonly again?: true;
    };

/** When keys were last used, as far as anybody noted it. */
export type LastUses =
  | {
      readonly ok: true;
      /** Uses from here on are known. Milliseconds since 1970. */
      readonly since: number;
      /** By key id, in milliseconds since 1970. */
      readonly uses: ReadonlyMap<string, number>;
    }
  | { readonly ok: false; readonly problem: string };

/** A place where a set of keys is kept. */
export interface KeyPlace {
  /** To begin a sentence with: `the file /etc/keys.json`. */
  readonly name: string;
  read(signal?: AbortSignal): Promise<KeyText>;
}

/** One that a person's command may change. */
export interface KeyStore extends KeyPlace {
  /** @param basis the version that was read and changed; undefined if there was none. It has to be there still. */
  write(text: string, basis: string | undefined): Promise<WrittenKeys>;
  /** @param now milliseconds since 1970 */
  lastUses(keyIds: readonly string[], now: number): Promise<LastUses>;
  close(): void;
}
