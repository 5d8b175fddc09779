import { startCanary } from "../../lib/assembly/canary.ts";
import { openLineWriter } from "../../lib/log/open-line-writer.ts";

/** The Lambda function that a schedule calls: sends a signed sample each way, and looks for it in storage. */
export const handler = startCanary({ write: openLineWriter(1).write });
