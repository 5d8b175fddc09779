import type { Socket } from "node:net";
import type { Intake, Peer } from "../dispatch/intake.ts";
import type { RecordQueue } from "../dispatch/record-queue.ts";
import type { MutableConnectionCounters } from "../ledger/socket-counters.ts";
import type { Result } from "../sample/rejection.ts";
import { FrameReader } from "./frame-reader.ts";
import type { TcpLimits } from "./tcp-limits.ts";

/** What all connections of a listener have in common. */
export interface TcpContext {
  readonly intake: Intake;
  readonly queue: RecordQueue;
  readonly limits: TcpLimits;
  readonly counters: MutableConnectionCounters;
}

type CloseCause = "framingErrors" | "timeouts" | "overBuffered";

/** One publisher's connection: frames from its stream into the queue, paused while the queue is full. */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #context: TcpContext;
  readonly #onConcluded: (connection: TcpConnection) => void;
  readonly #peer: Peer;
  readonly #reader: FrameReader;
  /** A whole frame for which the queue has no room yet. */
  #frame: Result<Uint8Array> | undefined;
  #stopWaiting: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #accounted = 0;
  #cause: CloseCause | undefined;
  /** Taking frames even without room for them. */
  #shedding = false;
  #finished = (): void => undefined;

  /** @param onConcluded told once the socket is closed and everything whole was taken from it */
  constructor(socket: Socket, context: TcpContext, onConcluded: (connection: TcpConnection) => void) {
    this.#socket = socket;
    this.#context = context;
    this.#onConcluded = onConcluded;
    // Gone for a sender that reset its connection before we took it.
    this.#peer = { address: socket.remoteAddress, port: socket.remotePort ?? 0 };
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
    // What the paused socket has read already comes out of it as "data".
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
    const { intake, queue } = this.#context;
    let taken = 0;
    while (this.#cause === undefined) {
      this.#frame ??= this.#reader.next();
      if (this.#frame === undefined) break;
      if (!this.#frame.ok) {
        intake.refuse(this.#frame, this.#peer);
        this.#close("framingErrors");
      } else if (queue.room > 0 || this.#shedding) {
        intake.receive(this.#frame.value, this.#peer);
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

  /** What waits for the queue is bounded by a chunk or so a connection, and may not cost a connection. */
  #account(): void {
    const { counters } = this.#context;
    const frameBytes = this.#frame?.ok ? this.#frame.value.length : 0;
    const held = this.#cause === undefined ? this.#reader.bufferedBytes + frameBytes : 0;
    counters.bufferedBytes += held - this.#accounted;
    this.#accounted = held;
  }

  #watchFrame(isAnother: boolean): void {
    if (!this.#reader.insideFrame || this.#cause !== undefined) {
      this.#stopTimer();
      return;
    }
    const { counters, limits } = this.#context;
    if (counters.bufferedBytes > limits.maxBufferedBytes) {
      this.#close("overBuffered");
      return;
    }
    if (isAnother) this.#stopTimer();
    this.#timer ??= setTimeout(() => this.#close("timeouts"), limits.frameTimeoutMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #close(cause: CloseCause): void {
    this.#context.counters[cause]++;
    this.#cause = cause;
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
