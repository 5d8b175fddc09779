import { createSocket } from "node:dgram";

/** The least that a process in Node can do with datagrams: it counts them. Prints its address when it is ready. */
const socket = createSocket("udp4");
let count = 0;
socket.on("message", () => {
  count++;
});
socket.bind(0, "127.0.0.1", () => {
  socket.setRecvBufferSize(4_194_304);
  console.log(JSON.stringify({ ready: true, udp: `udp://127.0.0.1:${socket.address().port}` }));
});
process.on("SIGTERM", () => {
  socket.close();
  console.log(JSON.stringify({ count }));
});
