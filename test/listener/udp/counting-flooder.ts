import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * Floods a UDP port and counts what was taken in there: connected, the system tells it of each datagram that nobody
 * took, at its next send, which then sends nothing, or in between. Ends some time after the first of those.
 */
const FLOODER = `
  const [host, port, size] = process.argv.slice(1);
  const socket = require("node:dgram").createSocket(host.includes(":") ? "udp6" : "udp4");
  const datagram = Buffer.alloc(Number(size), 0x07);
  let [sent, refused, onTheWay] = [0, 0, 0];
  let timer;
  const end = () => {
    console.log(JSON.stringify({ sent, refused }));
    process.exit(0);
  };
  const refuse = () => {
    if (refused++ === 0) setTimeout(() => { clearInterval(timer); setTimeout(end, 50); }, 50);
  };
  const done = (error) => {
    onTheWay--;
    if (error === null) sent++;
    else refuse();
  };
  const flood = () => {
    for (; onTheWay < 100; onTheWay++) socket.send(datagram, done);
  };
  socket.on("error", refuse);
  socket.connect(Number(port), host, () => {
    timer = setInterval(flood, 0);
    console.log("{}");
  });
`;

export interface Flooder {
  /** Once nobody takes its datagrams any more: how many were taken until then. */
  readonly taken: Promise<number>;
  kill(): void;
}

export async function startFlooder(url: string, size: number): Promise<Flooder> {
  const { hostname, port } = new URL(url.replace("udp:", "http:"));
  const host = hostname === "[::]" ? "::1" : hostname === "0.0.0.0" ? "127.0.0.1" : hostname.replace(/[[\]]/g, "");
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    ["-e", FLOODER, host, port, String(size)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines: string[] = [];
  const out = createInterface(child.stdout).on("line", (line) => lines.push(line));
  const taken = once(child, "close").then(() => {
    const { sent, refused } = JSON.parse(lines[1] ?? "{}");
    return Number(sent) - Number(refused);
  });
  await once(out, "line");
  return { taken, kill: () => child.kill("SIGKILL") };
}
