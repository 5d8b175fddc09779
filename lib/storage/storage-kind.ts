import type { StorageDriver } from "./driver.ts";
import type { OnUnreadable } from "./unreadable.ts";
import type { UrlParameters } from "./url-parameters.ts";

/** The URLs of one kind of storage. Each driver's folder has them in `place.ts`, apart from the driver and its client. */
export interface UrlForm<Place> {
  /** In small letters, without the colon. */
  readonly scheme: string;
  /** How they look, for whoever wrote another: `s3://BUCKET/PREFIX`. */
  readonly form: string;
  /** Behind its question mark, as help shows them: `max_bytes=N&mode=0640`. */
  readonly parameters?: string;
  /** Nothing of it is left for another process, so that help on reading does not name it. */
  readonly leavesNothing?: true;
  /**
   * The place that a URL names, or what is wrong with the URL in front of its question mark.
   *
   * @param parameters note by themselves what is wrong behind it
   * @param text the URL as it was written
   */
  placeOf(url: URL, parameters: UrlParameters, text: string): Place | string;
}

/** The place that a URL names, in the terms of its kind of storage. */
export interface NamedPlace {
  /** Days that a sample is kept, counted from its own time; for ever without. */
  readonly retentionDays?: number | undefined;
}

/** A storage that a URL names, checked as far as that goes without opening it. */
export interface StoragePlace extends NamedPlace {
  open(options: OpenOptions): Promise<OpenedStorage>;
}

/** One kind of storage, found by the scheme of its URLs. */
export type StorageKind = UrlForm<StoragePlace>;

type Open<Place> = (place: Place, options: OpenOptions) => Promise<OpenedStorage>;

/** @param load gives what opens a place; called when one is opened, so that it may import driver and client then */
export function storageKind<Place extends NamedPlace>(
  urls: UrlForm<Place>,
  load: () => Promise<Open<Place>>,
): StorageKind {
  return {
    ...urls,
    placeOf(url, parameters, text) {
      const place = urls.placeOf(url, parameters, text);
      if (typeof place === "string") return place;
      return { retentionDays: place.retentionDays, open: async (options) => (await load())(place, options) };
    },
  };
}

export interface OpenOptions {
  /** Nothing is created: a file, table or bucket that is absent stays so. */
  readonly readOnly?: boolean;
  /** Told of all that a reading leaves out as it can't be read. */
  readonly onUnreadable?: OnUnreadable;
  /** Told of records that were stored although their retention is over. */
  readonly onExpired?: (expired: ExpiredRecords) => void;
  /** Told of what should be put right, although it can be used. */
  readonly onWarning?: (problem: string) => void;
}

export type OpenedStorage =
  | { readonly ok: true; readonly driver: StorageDriver }
  /** Everything that is wrong, said to a person who can correct it. Transient: all of it may pass by itself. */
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

/** Records of one call that were stored although their retention is over. */
export interface ExpiredRecords {
  readonly records: number;
  /** Those of them whose expiry is so long past that the storage never deletes them. */
  readonly kept: number;
}
