import type { BatchWriteItemCommandInput, DynamoDBClient, ServiceInputTypes } from "@aws-sdk/client-dynamodb";

/** @returns how many items were put by batch writes so far, by table */
export function putsOf(client: DynamoDBClient): ReadonlyMap<string, number> {
  const puts = new Map<string, number>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (isBatchWrite(commandName, args.input)) {
          for (const [table, requests] of Object.entries(args.input.RequestItems ?? {}))
            puts.set(table, (puts.get(table) ?? 0) + requests.length);
        }
        return next(args);
      },
    { step: "initialize" },
  );
  return puts;
}

function isBatchWrite(
  commandName: string | undefined,
  _input: ServiceInputTypes,
): _input is BatchWriteItemCommandInput {
  return commandName === "BatchWriteItemCommand";
}
