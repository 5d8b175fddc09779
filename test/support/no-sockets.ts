import { ChildProcess } from "node:child_process";
import { Socket as DatagramSocket } from "node:dgram";
import { Server, Socket } from "node:net";

/** How a core test opens what belongs to the project "servers"; each throws, so that none gets in unseen. */
const openings = [
  [Server.prototype, "listen"],
  [Socket.prototype, "connect"],
  [DatagramSocket.prototype, "bind"],
  [DatagramSocket.prototype, "send"],
  [ChildProcess.prototype, "spawn"],
] as const;

for (const [prototype, name] of openings) {
  Object.defineProperty(prototype, name, {
    value: () => {
      throw new Error(`a core test calls ${name}(): name its file under "servers" in vitest.config.ts`);
    },
  });
}
