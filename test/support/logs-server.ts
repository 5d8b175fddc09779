import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "./loopback.ts";

/** One line of a log group: milliseconds since 1970, and its fields. */
export interface LogLine {
  readonly at: number;
  readonly fields: Readonly<Record<string, string>>;
}

export interface LogsServer {
  readonly endpoint: string;
  /** Lines by log group. */
  readonly groups: Map<string, readonly LogLine[]>;
  /** What each look at a query's results says of it, the last of them for ever. */
  statuses: readonly string[];
  /** The code of an error to answer with instead. */
  fault: string | undefined;
  /** The only call that is answered with it. @default all */
  faultOf: string | undefined;
  /** What is told of a log group beside its lines, by its name. */
  readonly told: Map<string, { readonly creationTime?: number; readonly retentionInDays?: number }>;
  /** A log group in the place of whose page comes an answer without any list. */
  hides: string | undefined;
  /** Rows in the place of what is found. */
  rows: readonly (readonly Field[])[] | undefined;
  /** The names of the calls that were answered. */
  readonly called: string[];
  close(): Promise<void>;
}

interface Field {
  readonly field: string;
  readonly value: string;
}

interface Asked {
  readonly logGroupNames: readonly string[];
  readonly startTime: number;
  readonly endTime: number;
  readonly queryString: string;
}

/** As much of CloudWatch Logs' protocol as a query of Insights takes, and of its language as last uses ask for. */
export async function startLogs(): Promise<LogsServer> {
  let asked: Asked | undefined;
  let looks = 0;
  const calls: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => object>> = {
    /** One a page. */
    DescribeLogGroups({ logGroupNamePrefix, nextToken = "0" }) {
      const names = [...server.groups.keys()].filter((name) => name.startsWith(String(logGroupNamePrefix)));
      if (server.hides !== undefined && names.includes(server.hides)) return {};
      const next = Number(nextToken) + 1;
      const logGroups = names.slice(next - 1, next).map((logGroupName) => ({
        logGroupName,
        creationTime: 1,
        storedBytes: server.groups.get(logGroupName)?.length ?? 0,
        ...server.told.get(logGroupName),
      }));
      return { logGroups, ...(next < names.length && { nextToken: String(next) }) };
    },
    StartQuery({ logGroupNames, startTime, endTime, queryString }) {
      asked = {
        logGroupNames: Array.isArray(logGroupNames) ? logGroupNames.map(String) : [],
        startTime: Number(startTime),
        endTime: Number(endTime),
        queryString: String(queryString),
      };
      looks = 0;
      return { queryId: "a-query" };
    },
    GetQueryResults() {
      const status = server.statuses[Math.min(looks++, server.statuses.length - 1)];
      const isDone = status === "Complete";
      return { status, results: isDone && asked !== undefined ? (server.rows ?? rowsOf(asked, server.groups)) : [] };
    },
  };
  const http = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const name = String(request.headers["x-amz-target"]).replace("Logs_20140328.", "");
    const call = calls[name];
    response.setHeader("content-type", "application/x-amz-json-1.1");
    const isAtFault = server.fault !== undefined && (server.faultOf ?? name) === name;
    if (isAtFault || call === undefined) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: server.fault ?? "InvalidOperationException", message: "on purpose" }));
      return;
    }
    server.called.push(name);
    response.end(JSON.stringify(call(body)));
  });
  const loopback = await onLoopback(http);
  const server: LogsServer = {
    endpoint: loopback.url,
    groups: new Map(),
    statuses: ["Complete"],
    fault: undefined,
    faultOf: undefined,
    told: new Map(),
    rows: undefined,
    hides: undefined,
    called: [],
    close: loopback.close,
  };
  return server;
}

const QUERY =
  /^filter ispresent\((\w+)\) \| stats min\(@timestamp\) as (\w+), max\(@timestamp\) as (\w+) by (\w+), @log$/;

/** @returns a row for each log and value of the field that is asked for. A query of another form is a test's error. */
function rowsOf({ logGroupNames, startTime, endTime, queryString }: Asked, groups: LogsServer["groups"]) {
  const [, present = "", first = "", last = "", by = ""] = QUERY.exec(queryString) ?? [];
  if (by === "" || by !== present) throw new Error(`a query of another form: ${queryString}`);
  return logGroupNames.flatMap((log) => {
    const times = new Map<string, number[]>();
    for (const { at, fields } of groups.get(log) ?? []) {
      const key = fields[by];
      if (key === undefined || at < startTime * 1_000 || at > endTime * 1_000) continue;
      times.set(key, [...(times.get(key) ?? []), at]);
    }
    return Array.from(times, ([key, all]): readonly Field[] => [
      { field: by, value: key },
      { field: "@log", value: `123456789012:${log}` },
      { field: first, value: String(Math.min(...all)) },
      { field: last, value: String(Math.max(...all)) },
    ]);
  });
}
