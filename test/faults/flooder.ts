import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { decode } from "@msgpack/msgpack";

/**
 * Sends datagrams over and over at an even rate, in a process of its own: `flooder PORT RATE COUNT FILE`, where the file
 * is a msgpack list of them. Says how many it sent in how many seconds.
 */
const [port = 0, rate = 0, count = 0] = process.argv.slice(2, 5).map(Number);
const read = decode(readFileSync(process.argv[5] ?? ""));
const datagrams = Array.isArray(read) ? read.filter((one) => one instanceof Uint8Array) : [];

/** Sent without looking at the clock in between. */
const AT_ONCE = 16;
/** Handed to the system and not yet taken. More would go out as one burst after a pause, which is no even rate. */
const MOST_ON_THE_WAY = 300;

const socket = createSocket("udp4");
socket.connect(port, "127.0.0.1");
await once(socket, "connect");
// While nobody listens, the system tells of each datagram that it was refused.
socket.on("error", () => {});
const started = performance.now();
let sent = 0;
let onTheWay = 0;
const taken = () => onTheWay--;
while (sent < count) {
  const due = Math.min(count, ((performance.now() - started) / 1_000) * rate);
  for (let burst = 0; burst < AT_ONCE && sent < due && onTheWay < MOST_ON_THE_WAY; burst++) {
    onTheWay++;
    socket.send(datagrams[sent++ % datagrams.length] ?? "", taken);
  }
  await nextTurn();
}
while (onTheWay > 0) await nextTurn();
console.log(JSON.stringify({ sent, seconds: (performance.now() - started) / 1_000 }));
socket.close();
