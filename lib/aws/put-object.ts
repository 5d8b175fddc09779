import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { PutObjectCommand, type PutObjectCommandOutput, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";

export interface NewObject {
  readonly bucket: string;
  /** Says what is in it: what has the name already is what was to be written. */
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** An ETag that S3 makes of an object's bytes, and of nothing else. */
const MD5 = /^"?([0-9a-f]{32})"?$/;
/** Of a directory bucket, whose ETags are not made of the bytes. */
const DIRECTORY_BUCKET = /--x-s3$/;

/** Puts an object where there is none of its name. Throws unless the answer shows that S3 has just these bytes. */
export async function putObject(client: S3Client, { bucket, key, body, contentType }: NewObject): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentType: contentType,
    IfNoneMatch: "*",
  });
  let answer: PutObjectCommandOutput;
  try {
    answer = await client.send(command);
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === "PreconditionFailed") return;
    throw error;
  }
  const doubt = whyNotStored(answer, bucket, body);
  if (doubt !== undefined) throw new Error(`S3 can't be believed to have stored ${key}: ${doubt}`);
}

/**
 * Something else than S3 can answer 200: a proxy, or a page that asks to log in. S3 gives an ETag, and says which bytes
 * it has: by the checksum that was sent along, or by an ETag that is their MD5, as it is without a key of KMS.
 */
function whyNotStored(answer: PutObjectCommandOutput, bucket: string, body: Uint8Array): string | undefined {
  const { ETag: etag, ChecksumCRC32: checksum, ServerSideEncryption: encryption } = answer;
  if (etag === undefined || etag === "") return "the answer has no ETag";
  if (checksum !== undefined) return checksum === crc32Of(body) ? undefined : "its checksum is that of other bytes";
  const isOfBytes = !encryption?.startsWith("aws:") && !DIRECTORY_BUCKET.test(bucket);
  const md5 = MD5.exec(etag)?.[1];
  if (!isOfBytes || md5 === undefined) return undefined;
  return md5 === createHash("md5").update(body).digest("hex") ? undefined : "its ETag is that of other bytes";
}

function crc32Of(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}
