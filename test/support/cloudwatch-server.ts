import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "./loopback.ts";

/** One figure of a metric: seconds since 1970, and its value. */
export type Figure = readonly [time: number, value: number];

export interface CloudWatchServer {
  readonly endpoint: string;
  /** Figures by `namespace/metric/Dimension=value/Dimension=value`. */
  readonly figures: Map<string, readonly Figure[]>;
  /** What each answer says of its figures. */
  status: string;
  /** The code of an error to answer with instead. */
  fault: string | undefined;
  /** Requests that were answered. */
  answered: number;
  close(): Promise<void>;
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
  };
}

/** As much of CloudWatch's protocol as reading figures takes: each query's in two pages, if it has more than one. */
export async function startCloudWatch(): Promise<CloudWatchServer> {
  const http = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    response.setHeader("content-type", "application/x-amz-json-1.0");
    if (
      server.fault !== undefined ||
      request.headers["x-amz-target"] !== "GraniteServiceVersion20100801.GetMetricData"
    ) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: server.fault ?? "InvalidAction", message: "on purpose" }));
      return;
    }
    server.answered++;
    const isSecond = body.NextToken === "second";
    let hasMore = false;
    const queries: readonly Query[] = body.MetricDataQueries;
    const MetricDataResults = queries.map(({ Id, MetricStat: { Metric, Period } }) => {
      const dimensions = Metric.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`);
      const all = server.figures.get([Metric.Namespace, Metric.MetricName, ...dimensions].join("/")) ?? [];
      const inRange = all.filter(([time]) => time >= body.StartTime - Period && time < body.EndTime);
      const page = isSecond ? inRange.slice(1) : inRange.slice(0, 1);
      hasMore ||= !isSecond && inRange.length > 1;
      const StatusCode = !isSecond && inRange.length > 1 ? "PartialData" : server.status;
      return { Id, StatusCode, Timestamps: page.map(([time]) => time), Values: page.map(([, value]) => value) };
    });
    response.end(JSON.stringify({ MetricDataResults, NextToken: hasMore ? "second" : undefined }));
  });
  const loopback = await onLoopback(http);
  const server: CloudWatchServer = {
    endpoint: loopback.url,
    figures: new Map(),
    status: "Complete",
    fault: undefined,
    answered: 0,
    close: loopback.close,
  };
  return server;
}
