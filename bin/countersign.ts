import { processIo } from "../lib/cli/command/io.ts";
import { main } from "../lib/cli/main.ts";

const io = processIo(process, process.env.npm_execpath !== undefined);
await io.end(await main(process.argv.slice(2), io));
