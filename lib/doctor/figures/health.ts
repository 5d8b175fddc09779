import { errorMessage } from "../../log/error-message.ts";
import type { Check } from "../finding/check.ts";
import type { Finding } from "../finding/finding.ts";
import { CONNECT_WITHIN_MS } from "../finding/limits.ts";
import { skewFindings } from "./clock.ts";
import { type Figures, parseFigures } from "./figures.ts";

/** The answer of a collector's health port. */
interface Answer {
  readonly status: number;
  readonly body: string;
  /** Its Date, in milliseconds since 1970; undefined where there is none. */
  readonly date: number | undefined;
}

async function get(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CONNECT_WITHIN_MS), redirect: "error" });
    const date = Date.parse(response.headers.get("date") ?? "");
    return { status: response.status, body: await response.text(), date: Number.isNaN(date) ? undefined : date };
  } catch (error) {
    // `fetch failed` says nothing; its cause does.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(errorMessage(cause), { cause: error });
  }
}

/** Reads `/metrics`. @param health such as `http://127.0.0.1:8080`. @throws what keeps it from being read */
export async function readFigures(health: string): Promise<Figures> {
  const { status, body } = await get(`${health}/metrics`);
  const figures = status === 200 ? parseFigures(body) : undefined;
  if (figures === undefined) throw new Error("it answers, and not as a collector does");
  return figures;
}

/** Whether a collector says that it receives, and what time it has. */
export function healthCheck(health: string, now: () => number): Check {
  return {
    name: "socket",
    about: health,
    async look() {
      const answer = await get(`${health}/healthz`).catch((error: unknown) => errorMessage(error));
      if (typeof answer === "string") return [notReached(health, answer)];
      const { status, date } = answer;
      const clock = date === undefined ? [] : skewFindings(health, date - now());
      return [...(status === 200 ? [] : [notReceiving(health, status)]), ...clock];
    },
  };
}

function notReached(about: string, why: string): Finding {
  return {
    severity: "fault",
    check: "socket",
    about,
    says: `the health port does not answer: ${why}`,
    todo: "start the collector, or see why it has ended; if it runs, compare the address with its --health",
  };
}

function notReceiving(about: string, status: number): Finding {
  return {
    severity: "fault",
    check: "socket",
    about,
    says: `the collector does not receive: /healthz answers ${status}`,
    todo: "read the collector's log: it is starting, waits for what it needs, or is stopping",
  };
}
