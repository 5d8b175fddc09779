import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  DynamoDBClient,
  ServiceInputTypes,
  WriteRequest,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../lib/storage/dynamodb/layout/limits.ts";

export interface Call {
  readonly command: string;
  /** What was put, if it was a batch of puts; by table. */
  readonly puts: Readonly<Record<string, readonly Item[]>>;
  /** Write units that the service counted for a batch, by table. */
  readonly writeUnits: Readonly<Record<string, number>>;
}

/** Notes every call that reaches the service. */
export function watchCalls(client: DynamoDBClient): Call[] {
  const calls: Call[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = context.commandName ?? "";
      if (!isBatchWrite(command, args.input)) {
        calls.push({ command, puts: {}, writeUnits: {} });
        return next(args);
      }
      const puts = Object.fromEntries(
        Object.entries(args.input.RequestItems ?? {}).map(([table, requests]) => [table, requests.map(itemOf)]),
      );
      const writeUnits: Record<string, number> = {};
      calls.push({ command, puts, writeUnits });
      const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      for (const used of outputOf(answer.output).ConsumedCapacity ?? []) {
        writeUnits[used.TableName ?? ""] = used.CapacityUnits ?? 0;
      }
      return answer;
    },
    // Last of its step, so that it sees what a fault leaves of a call.
    { step: "initialize", priority: "low" },
  );
  return calls;
}

/** Lets the service leave unprocessed what the function says; `call` counts the batches from 1. */
export function leaveUnprocessed(client: DynamoDBClient, leaves: (item: Item, call: number) => boolean): void {
  let batches = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!isBatchWrite(context.commandName ?? "", args.input)) return next(args);
      batches++;
      const call = batches;
      const kept: Record<string, WriteRequest[]> = {};
      const left: Record<string, WriteRequest[]> = {};
      for (const [table, requests] of Object.entries(args.input.RequestItems ?? {})) {
        const [leave, keep] = [true, false].map((wanted) =>
          requests.filter((request) => leaves(itemOf(request), call) === wanted),
        );
        if (leave?.length) left[table] = leave;
        if (keep?.length) kept[table] = keep;
      }
      if (Object.keys(kept).length === 0) {
        return { response: {}, output: { $metadata: {}, UnprocessedItems: left } };
      }
      const answer = await next({ ...args, input: { ...args.input, RequestItems: kept } });
      return { ...answer, output: { ...answer.output, UnprocessedItems: left } };
    },
    { step: "initialize" },
  );
}

/** Throws instead of a call, for as long as the function gives an error; `call` counts from 1. */
export function failCalls(client: DynamoDBClient, error: (command: string, call: number) => Error | undefined): void {
  let calls = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      calls++;
      const thrown = error(context.commandName ?? "", calls);
      if (thrown !== undefined) throw thrown;
      return next(args);
    },
    { step: "initialize" },
  );
}

/** Lets the service leave unread all keys but one of the first so many batches of reads. */
export function leaveUnread(client: DynamoDBClient, batches: number): void {
  let batch = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const [[table, asked] = []] = isBatchRead(context.commandName ?? "", args.input)
        ? Object.entries(args.input.RequestItems ?? {})
        : [];
      batch++;
      if (table === undefined || asked === undefined || batch > batches) return next(args);
      const [first, ...left] = asked.Keys ?? [];
      const kept = { [table]: { ...asked, Keys: first === undefined ? [] : [first] } };
      const answer = await next({ ...args, input: { RequestItems: kept } });
      return { ...answer, output: { ...answer.output, UnprocessedKeys: { [table]: { ...asked, Keys: left } } } };
    },
    { step: "initialize" },
  );
}

function isBatchRead(command: string, input: ServiceInputTypes): input is BatchGetItemCommandInput {
  return command === "BatchGetItemCommand" && "RequestItems" in input;
}

function isBatchWrite(command: string, input: ServiceInputTypes): input is BatchWriteItemCommandInput {
  return command === "BatchWriteItemCommand" && "RequestItems" in input;
}

function outputOf(output: object): Partial<BatchWriteItemCommandOutput> {
  return output;
}

function itemOf(request: WriteRequest): Item {
  return request.PutRequest?.Item ?? {};
}
