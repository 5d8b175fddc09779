import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createIntake, type Peer, spelled } from "../../dispatch/intake.ts";
import { newTcpCounters, snapshotOf } from "../../ledger/socket-counters.ts";
import { bindAddress } from "../socket/bind-address.ts";
import { bindError } from "../socket/bind-error.ts";
import { toListenUrl } from "../socket/listen-url.ts";
import type { Listener, ListenerOptions } from "../socket/listener.ts";
import { plainAddress } from "../socket/plain-address.ts";
import { untilIdle } from "../socket/until-idle.ts";
import { addressShare } from "./address-share.ts";
import { ConnectionShares } from "./connection-shares.ts";
import { type Descriptors, isExhausted, watchDescriptors } from "./descriptors.ts";
import { largestHolder } from "./largest-holder.ts";
import { type CutCause, type HeldBytes, TcpConnection, type TcpContext } from "./tcp-connection.ts";
import { type TcpLimits, tcpLimits } from "./tcp-limits.ts";

/**
 * Finds a publisher that is gone without a word. Between frames nothing else ends a connection: the publisher
 * notices a close only by losing the first sample after it.
 */
const KEEP_ALIVE_DELAY_MS = 60_000;

/** A tenth of the time for a stop is for connections that are on their way: a client may keep connecting for ever. */
const ACCEPTING_SHARE = 10;

export interface TcpListenerOptions extends ListenerOptions {
  readonly limits?: Partial<TcpLimits>;
  /** Told of each connection that is refused or closed by us, after that was counted; `from` is `address:port`. */
  readonly onCut?: (cause: CutCause, from: string) => void;
  /** @default the process's own */
  readonly descriptors?: Descriptors;
}

/** Takes one message per frame: an 8-byte little-endian length, then so many bytes. A full queue pauses the senders. */
export function createTcpListener(options: TcpListenerOptions): Listener {
  const { host, port, ipv6Only = false, queue } = options;
  const limits = tcpLimits(options.limits);
  const counters = newTcpCounters();
  const intake = createIntake("tcp", options, counters);
  const connections = new Set<TcpConnection>();
  const shares = new ConnectionShares<TcpConnection>(limits);
  const { descriptors = watchDescriptors() } = options;
  const onCut = (cause: CutCause, peer: Peer): void => options.onCut?.(cause, spelled(peer));
  const held: HeldBytes = { waitingBytes: 0 };
  const context: TcpContext = {
    intake,
    queue,
    limits,
    counters,
    held,
    onCut,
    onGenuine: (connection) => shares.note(connection),
    relieve() {
      while (counters.connections.bufferedBytes - held.waitingBytes > limits.maxBufferedBytes) {
        const largest = largestHolder(connections);
        if (largest === undefined) return;
        largest.cut("overBuffered");
      }
    },
  };
  let arrivedBytes = 0;
  let server: Server | undefined;
  let starting: Promise<string> | undefined;
  let stopping: Promise<void> | undefined;

  /** Makes room for one more, if there is any to make. */
  const admit = (share: string, peer: Peer): boolean => {
    const isShort = descriptors.areShort();
    if (isShort) counters.figures.DescriptorsShort++;
    const room = shares.roomFor(share, isShort);
    if (isShort) onCut("descriptorsShort", peer);
    if (room.fits) {
      // It is gone for the others from now on, whenever its socket closes.
      if (room.displaced !== undefined) shares.remove(room.displaced);
      room.displaced?.cut("displaced");
      return true;
    }
    counters.figures.ConnectionsRefused++;
    onCut("refused", peer);
    return false;
  };

  const connect = (socket: Socket): void => {
    // Without an address: gone before we took it.
    const { remoteAddress, remotePort = 0 } = socket;
    const peer = { address: remoteAddress && plainAddress(remoteAddress), port: remotePort };
    const share = addressShare(peer.address);
    if (!admit(share, peer)) {
      socket.destroy();
      return;
    }
    counters.connections.accepted++;
    counters.connections.open++;
    const connection = new TcpConnection(socket, { peer, share }, context, (concluded) => {
      connections.delete(concluded);
      shares.remove(concluded);
    });
    connections.add(connection);
    shares.add(connection);
    socket.on("data", (chunk: Buffer) => {
      arrivedBytes += chunk.length;
    });
    socket.once("close", () => {
      counters.connections.open--;
    });
  };

  const report = (error: unknown): void => {
    if (isExhausted(error)) counters.figures.DescriptorsShort++;
    intake.report(error);
  };

  const start = async (): Promise<string> => {
    try {
      const { address, family, isOfBothKinds } = await bindAddress(host);
      const leavesIPv4 = family === 6 && (ipv6Only || !isOfBothKinds);
      const opened = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS }, connect);
      const listening = once(opened, "listening");
      opened.listen({ host: address, port, ipv6Only: leavesIPv4, exclusive: true });
      await listening;
      opened.on("error", report);
      server = opened;
      const bound = opened.address();
      if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
      return toListenUrl({
        protocol: "tcp",
        host: bound.address,
        port: bound.port,
        ipv6Only: isOfBothKinds && leavesIPv4,
      });
    } catch (error) {
      throw bindError(toListenUrl({ protocol: "tcp", host, port, ipv6Only }), error);
    }
  };

  const isWaiting = (): boolean => [...connections].some(({ waiting }) => waiting);

  const stop = async (): Promise<void> => {
    await starting?.catch(() => undefined);
    if (server === undefined) return;
    const begun = performance.now();
    // Those that the system has connected and we have not seen yet would vanish with the server, in no count.
    await untilIdle(
      () => counters.connections.accepted + counters.figures.ConnectionsRefused,
      () => false,
      limits.stopWithinMs / ACCEPTING_SHARE,
    );
    const closed = new Promise((resolve) => server?.close(resolve));
    await untilIdle(() => arrivedBytes, isWaiting, limits.stopWithinMs - (performance.now() - begun));
    await Promise.all(Array.from(connections, (connection) => connection.finish()));
    await closed;
  };

  return {
    counters,
    snapshot: () => snapshotOf(counters),
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
