import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createIntake } from "../../dispatch/intake.ts";
import { newCounters, snapshotOf } from "../../ledger/socket-counters.ts";
import { type BindAddress, bindAddress } from "../socket/bind-address.ts";
import { bindError } from "../socket/bind-error.ts";
import { isSystemIPv6Only } from "../socket/dual-stack.ts";
import { toListenUrl } from "../socket/listen-url.ts";
import type { Listener, ListenerOptions } from "../socket/listener.ts";
import { plainAddress } from "../socket/plain-address.ts";
import { untilIdle } from "../socket/until-idle.ts";
import { createDatagramBacklog } from "./datagram-backlog.ts";
import { type KernelDrops, watchKernelDrops } from "./kernel-drops.ts";
import { sealSocket } from "./seal-socket.ts";

/**
 * Linux grants up to `net.core.rmem_max`, here and there no more than 212,992 (184 datagrams of 1,000 bytes), and says
 * nothing of it. So much outlasts 100 ms of a flood in which this process gets no turn.
 */
const DEFAULT_RECEIVE_BUFFER_BYTES = 4_194_304;
/** At the stop: what was sent before it is on its way for some milliseconds yet, and a flood never ends. */
const ARRIVE_WITHIN_MS = 200;
/** After that nothing comes in any more: emptying the system's buffer takes some ten milliseconds. */
const READ_WITHIN_MS = 300;
/** After that: our own buffer, when it is full, takes a second. With the two above less than the 2 s that are promised. */
const VERIFY_WITHIN_MS = 1_400;

export interface UdpListenerOptions extends ListenerOptions {
  /** Asked of the system, which may grant another size. */
  readonly receiveBufferBytes?: number;
  /** The most that datagrams may hold which were read and not yet verified. */
  readonly maxBacklogBytes?: number;
}

export interface UdpListener extends Listener {
  /** The receive buffer that the system granted, in its own counting (Linux doubles it); undefined before the start. */
  readonly grantedReceiveBufferBytes: number | undefined;
}

/** Takes one message per datagram. When the queue is full, the listener spills it: a sender can't be asked to wait. */
export function createUdpListener(options: UdpListenerOptions): UdpListener {
  const { host, port, ipv6Only = false, receiveBufferBytes = DEFAULT_RECEIVE_BUFFER_BYTES } = options;
  const counters = newCounters();
  const intake = createIntake("udp", options, counters);
  const backlog = createDatagramBacklog({
    take: ({ bytes, peer, receivedAt }) => intake.receive(bytes, peer, receivedAt),
    shed: ({ bytes, peer }) => intake.shed(bytes, peer),
    ...(options.maxBacklogBytes !== undefined && { maxBytes: options.maxBacklogBytes }),
  });
  let arrived = 0;
  let socket: Socket | undefined;
  let granted: number | undefined;
  let kernelDrops: KernelDrops | undefined;
  let starting: Promise<string> | undefined;
  let stopping: Promise<void> | undefined;

  const start = async (): Promise<string> => {
    const url = toListenUrl({ protocol: "udp", host, port, ipv6Only });
    try {
      const wanted = await bindAddress(host);
      const bound = (await bind(wanted)).address();
      const leavesIPv4 = wanted.isOfBothKinds && (ipv6Only || isSystemIPv6Only());
      return toListenUrl({ protocol: "udp", host: bound.address, port: bound.port, ipv6Only: leavesIPv4 });
    } catch (error) {
      throw bindError(url, error);
    }
  };

  const bind = async ({ address, family, isOfBothKinds }: BindAddress): Promise<Socket> => {
    const opened = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      ipv6Only: family === 6 && (ipv6Only || !isOfBothKinds),
    });
    opened.on("message", (bytes, { address: from, port: fromPort }) => {
      arrived++;
      backlog.push({ bytes, peer: { address: plainAddress(from), port: fromPort }, receivedAt: Date.now() });
    });
    opened.once("listening", () => {
      granted = askForReceiveBuffer(opened);
      opened.on("error", intake.report);
    });
    try {
      const listening = once(opened, "listening");
      opened.bind({ address, port, exclusive: true });
      await listening;
    } catch (error) {
      opened.close();
      throw error;
    }
    kernelDrops = watchKernelDrops(opened.address());
    socket = opened;
    return opened;
  };

  /** Here rather than as an option of the socket, where a refusal could not be caught. */
  const askForReceiveBuffer = (opened: Socket): number => {
    try {
      opened.setRecvBufferSize(receiveBufferBytes);
    } catch (error) {
      intake.report(error);
    }
    return opened.getRecvBufferSize();
  };

  const stop = async (): Promise<void> => {
    await starting?.catch(() => undefined);
    if (socket === undefined) return;
    // The backlog is not waited for yet: datagrams that the socket still holds when it is closed would be in no count.
    await untilIdle(
      () => arrived,
      () => false,
      ARRIVE_WITHIN_MS,
    );
    await sealSocket(socket);
    await untilIdle(
      () => arrived,
      () => (kernelDrops?.heldBytes() ?? 0) > 0,
      READ_WITHIN_MS,
    );
    // The kernel forgets the figure with the socket.
    kernelDrops?.read();
    await new Promise<void>((resolve) => socket?.close(resolve));
    await untilIdle(
      () => 0,
      () => backlog.length > 0,
      VERIFY_WITHIN_MS,
    );
    // The rest of a flood is not worth the time that storage needs.
    backlog.abandon();
  };

  return {
    counters,
    snapshot: () => snapshotOf(counters, kernelDrops?.read()),
    get grantedReceiveBufferBytes() {
      return granted;
    },
    start() {
      if (starting !== undefined || stopping !== undefined) throw new Error("a listener is started once");
      starting = start();
      return starting;
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
