import { Readable } from "node:stream";
import type { CallLimits } from "./client-options.ts";
import { plainTimeout } from "./plain-timeout.ts";

/** As much of an AWS client as bounding its calls takes. */
export interface BoundableClient {
  send(command: never, options?: CallOptions): Promise<unknown>;
  destroy(): void;
}

interface CallOptions {
  readonly abortSignal?: AbortSignal | undefined;
}

/** Ends a call, with the error that its caller gets. */
type EndCall = (why: Error) => void;

/**
 * Makes every call of a client end: at its deadline, whatever the server does or asks for, and when the client is
 * destroyed. The SDK's own limits are for single attempts, up to the first byte of the answer; it goes on with calls
 * whose client was destroyed.
 *
 * @returns the same client
 */
export function bounded<Client extends BoundableClient>(client: Client, limits: CallLimits): Client {
  const { callMs, bodyMs } = limits;
  const underWay = new Set<EndCall>();
  const send = client.send.bind(client);
  const destroy = client.destroy.bind(client);
  let isDestroyed = false;

  const call = async (command: never, options: CallOptions = {}): Promise<unknown> => {
    if (isDestroyed) throw closed();
    const { abortSignal } = options;
    const abort = new AbortController();
    let end: EndCall = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      end = (why) => {
        reject(why);
        abort.abort(why);
      };
    });
    const timer = setTimeout(() => end(tooLate(callMs)), callMs);
    const onAbort = () => end(aborted(abortSignal?.reason));
    if (abortSignal?.aborted) onAbort();
    abortSignal?.addEventListener("abort", onAbort, { once: true });
    underWay.add(end);
    const forget = () => {
      underWay.delete(end);
      abortSignal?.removeEventListener("abort", onAbort);
    };
    let body: Readable | undefined;
    try {
      // Raced, because the look for credentials, which is part of it, hears of no signal.
      const answer = await Promise.race([send(command, { ...options, abortSignal: abort.signal }), ended]);
      body = streamIn(answer);
      return answer;
    } catch (error) {
      throw plainTimeout(error);
    } finally {
      clearTimeout(timer);
      forget();
      // The call is over for its caller, but not the answer.
      if (body !== undefined) boundBody(body, underWay, bodyMs, abort);
    }
  };

  Object.defineProperty(client, "send", { value: call });
  Object.defineProperty(client, "destroy", {
    value: () => {
      isDestroyed = true;
      for (const end of underWay) end(closed());
      destroy();
    },
  });
  return client;
}

function boundBody(body: Readable, underWay: Set<EndCall>, bodyMs: number, abort: AbortController): void {
  const end: EndCall = (why) => {
    body.destroy(why);
    abort.abort(why);
  };
  const timer = setTimeout(() => end(tooLate(bodyMs)), bodyMs);
  underWay.add(end);
  body.once("close", () => {
    clearTimeout(timer);
    underWay.delete(end);
  });
}

/** The part of an answer that is still to be read, as an object of S3 has one. */
function streamIn(answer: unknown): Readable | undefined {
  if (typeof answer !== "object" || answer === null || !("Body" in answer)) return undefined;
  return answer.Body instanceof Readable ? answer.Body : undefined;
}

/** As the SDK calls its own, so that it is tried again like those. */
function tooLate(milliseconds: number): Error {
  const error = new Error(`the service gave no whole answer within ${milliseconds} ms`);
  return Object.assign(error, { name: "TimeoutError", code: "ETIMEDOUT" });
}

function closed(): Error {
  return aborted(new Error("the client was closed"));
}

/** As the SDK calls it. */
function aborted(cause: unknown): Error {
  return Object.assign(new Error("the call was broken off", { cause }), { name: "AbortError" });
}
