import { fileURLToPath } from "node:url";
import type { NamedPlace, UrlForm } from "../storage-kind.ts";

export interface FilePlace extends NamedPlace {
  readonly kind: "file";
  readonly path: string;
  /** The file is rotated before it would be larger; 0 for never. */
  readonly maxBytes: number;
  readonly backupCount: number;
  /** Permissions of the files that are made. */
  readonly mode: number | undefined;
}

export const fileUrls: UrlForm<FilePlace> = {
  scheme: "file",
  form: "file:///PATH",
  parameters: "max_bytes=N&backup_count=N&mode=0640",

  placeOf(url, parameters, text) {
    const maxBytes = parameters.wholeNumber("max_bytes", 0) ?? 0;
    const backupCount = parameters.wholeNumber("backup_count", 0) ?? 0;
    const mode = parameters.matching("mode", /^0?6[046]0$/, "0600, 0640 or 0660");
    // With fewer slashes the first part of a path would be taken for a host.
    if (!/^file:\/\/\//i.test(text))
      return "write an absolute path after three slashes, such as file:///var/lib/samples.jsonl";
    if (url.pathname.endsWith("/")) return "a path to a file has to end with its name, such as samples.jsonl";
    try {
      return {
        kind: "file",
        path: fileURLToPath(url),
        maxBytes,
        backupCount,
        mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
      };
    } catch (error) {
      return `not a path: ${error instanceof Error ? error.message : error}`;
    }
  },
};
