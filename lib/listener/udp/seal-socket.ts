import type { Socket } from "node:dgram";

/**
 * Connects a bound socket to itself, after which the kernel gives it nothing that anybody else sends. To senders it is as
 * if it were closed, while datagrams that the kernel already holds for it can still be read to the end, and counted.
 *
 * @returns false where the system does not do it
 */
export async function sealSocket(socket: Socket): Promise<boolean> {
  const { address, family, port } = socket.address();
  const loopback = family === "IPv6" ? "::1" : "127.0.0.1";
  const isEveryAddress = address === "0.0.0.0" || address === "::";
  return new Promise((resolve) => {
    try {
      socket.connect(port, isEveryAddress ? loopback : address, (error?: Error) => resolve(error === undefined));
    } catch {
      resolve(false);
    }
  });
}
