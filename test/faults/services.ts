import { startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";

/** DynamoDB, S3 and SQS in a process of their own, so that they don't share a processor's turn with what is measured. */
const [folder = ""] = process.argv.slice(2);
const { stop, ...services } = await startEmbeddedServices(folder);
console.log(JSON.stringify(services));
process.on("SIGTERM", () => void stop().then(() => process.exit(0)));
// Whoever started us is gone.
process.stdin.on("end", () => process.exit(0)).resume();
