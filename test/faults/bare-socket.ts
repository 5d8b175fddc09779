import { createSocket } from "node:dgram";

/** A socket that only counts: what a machine can receive at best with this runtime. */
const socket = createSocket("udp4");
let received = 0;
socket.on("message", () => {
  received++;
});
socket.bind(0, "127.0.0.1", () => {
  socket.setRecvBufferSize(212_992);
  console.log(JSON.stringify({ port: socket.address().port }));
});
process.on("SIGTERM", () => {
  console.log(JSON.stringify({ received }));
  socket.close(() => process.exit(0));
});
process.stdin.on("end", () => process.exit(0)).resume();
