import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { expectListing } from "../aws/expect-listing.ts";
import { putObject } from "../aws/put-object.ts";
import { httpStatus } from "../aws/service-error.ts";
import { type EntryStore, EntryTooLarge, LARGEST_ENTRY } from "./entry-store.ts";

export interface S3EntriesOptions {
  /** The store's own from now on: `close` destroys it. */
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ends with "/". */
  readonly prefix: string;
}

/** One object an entry. Keeping takes no other right than to put objects below the prefix. */
export function openS3Entries({ client, bucket, prefix }: S3EntriesOptions): EntryStore {
  const place = (name: string) => ({ Bucket: bucket, Key: `${prefix}${name}` });

  return {
    async write(name, text) {
      const body = Buffer.from(text);
      // The name is the content's digest.
      await putObject(client, { bucket, key: `${prefix}${name}`, body, contentType: "application/json" });
    },

    async *list(beginning) {
      const where = { Bucket: bucket, Prefix: `${prefix}${beginning}` };
      for await (const page of paginateListObjectsV2({ client }, where)) {
        expectListing(page);
        for (const { Key: key, LastModified: writtenAt } of page.Contents ?? []) {
          if (key !== undefined) yield { name: key.slice(prefix.length), writtenAt: writtenAt?.getTime() ?? 0 };
        }
      }
    },

    async read(name) {
      try {
        const { Body: body, ContentLength: length = 0 } = await client.send(new GetObjectCommand(place(name)));
        if (length > LARGEST_ENTRY) {
          // Unread bytes would hold the connection.
          if (body !== undefined && "destroy" in body) body.destroy();
          throw new EntryTooLarge(length);
        }
        return (await body?.transformToString("utf-8")) ?? "";
      } catch (error) {
        if (httpStatus(error) === 404) return undefined;
        throw error;
      }
    },

    async remove(name) {
      await client.send(new DeleteObjectCommand(place(name)));
    },

    close: async () => client.destroy(),
  };
}
