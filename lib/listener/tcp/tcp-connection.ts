import type { Socket } from "node:net";
import type { Intake, Peer } from "../../dispatch/intake.ts";
import type { RecordQueue } from "../../dispatch/record-queue.ts";
import type { TcpCounters } from "../../ledger/socket-counters.ts";
import type { Result } from "../../sample/rejection.ts";
import type { SharingConnection } from "./connection-shares.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Holder, UnfinishedFrame } from "./largest-holder.ts";
import type { TcpLimits } from "./tcp-limits.ts";

/** The things that all connections of a listener share. */
export interface TcpContext {
  readonly intake: Intake;
  readonly queue: RecordQueue;
  readonly limits: TcpLimits;
  readonly counters: TcpCounters;
  readonly held: HeldBytes;
  /** Told of each frame with something genuine in it. */
  readonly onGenuine: (connection: TcpConnection) => void;
  /** Cuts frames off, this connection's or others', until all together hold no more than they may. */
  readonly relieve: () => void;
  /** Told why a connection is closed by us. */
  readonly onCut: (cause: CutCause, peer: Peer) => void;
}

/** The held bytes of all connections, beside `bufferedBytes`, which is the sum. */
export interface HeldBytes {
  /** With whole frames that wait for the queue. That is our delay, and costs no connection. */
  waitingBytes: number;
}

/** Why a connection is refused or closed by us. */
export type CutCause = "refused" | "descriptorsShort" | "displaced" | "framingErrors" | "timeouts" | "overBuffered";
type CloseCause = Exclude<CutCause, "refused" | "descriptorsShort">;

/** One publisher's connection: frames from its stream into the queue, paused while the queue is full. */
export class TcpConnection implements SharingConnection, Holder {
  readonly share: string;
  readonly #socket: Socket;
  readonly #context: TcpContext;
  readonly #onConcluded: (connection: TcpConnection) => void;
  /** Its address is undefined for a sender that reset its connection before we took it. */
  readonly #peer: Peer;
  readonly #reader: FrameReader;
  /** A whole frame for which the queue has no room yet. */
  #frame: Result<Uint8Array> | undefined;
  #stopWaiting: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #accounted = 0;
  /** The part of `#accounted` that a whole frame holds which has to wait. */
  #accountedWaiting = 0;
  #cause: CloseCause | undefined;
  /** Taking frames even without room for them. */
  #shedding = false;
  #finished = (): void => undefined;

  /** When the frame now being read began. */
  #since = 0;

  /**
   * @param sender its peer, and the share it is in
   * @param onConcluded told once the socket is closed and everything whole was taken from it
   */
  constructor(
    socket: Socket,
    sender: { readonly peer: Peer; readonly share: string },
    context: TcpContext,
    onConcluded: (connection: TcpConnection) => void,
  ) {
    this.#socket = socket;
    this.#context = context;
    this.#onConcluded = onConcluded;
    this.#peer = sender.peer;
    this.share = sender.share;
    this.#reader = new FrameReader(context.limits.maxFrameBytes);
    socket.on("data", (chunk) => this.#receive(chunk));
    // A reset is everyday business, and "close" follows it.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#conclude());
  }

  /** Paused until the queue has room. */
  get waiting(): boolean {
    return this.#stopWaiting !== undefined;
  }

  /** The unfinished frame that it holds; a whole one waits for us, and is not the sender's delay. */
  get unfinished(): UnfinishedFrame | undefined {
    if (this.waiting || this.#cause !== undefined || !this.#reader.insideFrame) return undefined;
    return { bytes: this.#reader.frameBytes, heldBytes: this.#accounted, since: this.#since };
  }

  /** Closes it, whatever it is doing. */
  cut(cause: CloseCause): void {
    if (this.#cause === undefined) this.#close(cause);
  }

  /**
   * Takes the whole frames that are held, shedding those for which there is no room, and closes.
   * Resolves once the connection is closed.
   */
  finish(): Promise<void> {
    const concluded = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#shedding = true;
    this.#takeFrames();
    // Bytes that the paused socket has read already come out of it as "data".
    while (this.#socket.read() !== null);
    if (this.#socket.closed) this.#conclude();
    else this.#socket.destroy();
    return concluded;
  }

  #receive(chunk: Buffer): void {
    this.#reader.write(chunk);
    this.#takeFrames();
  }

  #takeFrames(): void {
    const { intake, onGenuine } = this.#context;
    let taken = 0;
    while (this.#cause === undefined) {
      this.#frame ??= this.#reader.next();
      if (this.#frame === undefined) break;
      if (!this.#frame.ok) {
        intake.refuse(this.#frame, this.#peer);
        this.#close("framingErrors");
      } else if (this.#hasRoom()) {
        if (intake.receive(this.#frame.value, this.#peer)) onGenuine(this);
        taken++;
        this.#frame = undefined;
      } else {
        this.#waitForRoom();
        return;
      }
    }
    this.#account();
    this.#watchFrame(taken > 0);
  }

  #hasRoom(): boolean {
    const { queue, held, limits } = this.#context;
    // Held back, whole frames may not pile up without end: those beyond go on, to be spilled or shed.
    return queue.room > 0 || this.#shedding || held.waitingBytes > limits.maxBufferedBytes;
  }

  #waitForRoom(): void {
    this.#account();
    // The delay is ours, not the sender's.
    this.#stopTimer();
    this.#socket.pause();
    this.#stopWaiting = this.#context.queue.whenRoom(() => {
      this.#stopWaiting = undefined;
      this.#takeFrames();
      if (this.waiting) return;
      if (this.#socket.closed) this.#conclude();
      else this.#socket.resume();
    });
  }

  #account(): void {
    const { counters, held } = this.#context;
    const waiting = this.#frame?.ok ? this.#frame.value.length + this.#reader.bufferedBytes : 0;
    const all = this.#cause === undefined ? waiting || this.#reader.bufferedBytes : 0;
    counters.connections.bufferedBytes += all - this.#accounted;
    this.#accounted = all;
    held.waitingBytes += Math.min(waiting, all) - this.#accountedWaiting;
    this.#accountedWaiting = Math.min(waiting, all);
  }

  #watchFrame(isAnother: boolean): void {
    if (!this.#reader.insideFrame || this.#cause !== undefined) {
      this.#stopTimer();
      return;
    }
    if (isAnother || this.#timer === undefined) this.#since = performance.now();
    const { limits, relieve } = this.#context;
    relieve();
    if (this.#cause !== undefined) return;
    if (isAnother) this.#stopTimer();
    this.#timer ??= setTimeout(() => this.cut("timeouts"), limits.frameTimeoutMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #close(cause: CloseCause): void {
    const { counters, onCut } = this.#context;
    if (cause === "displaced") counters.figures.ConnectionsDisplaced++;
    else counters.connections[cause]++;
    if (this.#reader.insideFrame) counters.figures.FramesCut++;
    this.#cause = cause;
    onCut(cause, this.#peer);
    this.#frame = undefined;
    this.#stopTimer();
    this.#account();
    this.#socket.destroy();
  }

  #conclude(): void {
    if (this.waiting) return;
    if (this.#cause === undefined && this.#reader.insideFrame) this.#close("framingErrors");
    this.#stopTimer();
    this.#onConcluded(this);
    this.#finished();
  }
}
