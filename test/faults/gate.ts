import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be shut: while it is, connections are refused, and those that were open break. */
export interface Gate {
  /** The server's URL, through the gate. */
  readonly url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export async function openGate(serverUrl: string): Promise<Gate> {
  const { hostname, port, protocol } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
  };
  const newServer = () =>
    createServer((inside) => {
      const outside = connect(Number(port), hostname);
      for (const socket of [inside, outside]) track(socket);
      inside.pipe(outside).pipe(inside);
      inside.on("close", () => outside.destroy());
      outside.on("close", () => inside.destroy());
    });
  let server = newServer();
  const listen = async (at: number): Promise<number> => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the gate got no port");
    return address.port;
  };
  const own = await listen(0);
  const shut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `${protocol}//127.0.0.1:${own}`,
    shut,
    async open() {
      server = newServer();
      await listen(own);
    },
    close: shut,
  };
}
