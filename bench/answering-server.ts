import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { crc32 } from "node:zlib";

/**
 * A server of DynamoDB and S3 that answers at once and stores nothing, so that what is measured is our side alone.
 * Prints its port, and ends with whoever started it.
 */
const server = createServer((request, response) => {
  request.on("end", () => answer(request, response)).resume();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});
process.stdin.on("end", () => process.exit()).resume();

const NOTHING_LEFT = '{"UnprocessedItems":{}}';

function answer({ headers, method }: IncomingMessage, response: ServerResponse): void {
  if (headers["x-amz-target"] !== undefined) {
    response.setHeader("x-amz-crc32", String(crc32(NOTHING_LEFT)));
    response.setHeader("content-type", "application/x-amz-json-1.0").end(NOTHING_LEFT);
    return;
  }
  if (method === "PUT") {
    response.setHeader("etag", '"of-no-md5"');
    const checksum = headers["x-amz-checksum-crc32"];
    if (checksum !== undefined) response.setHeader("x-amz-checksum-crc32", checksum);
  }
  response.end();
}
