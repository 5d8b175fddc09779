import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import type { Queue } from "../../lib/queue/queue-client.ts";
import { captureIo } from "../support/captured-io.ts";
import { type EmbeddedQueues, startQueues, takeAll, visibleIn } from "../support/embedded-queues.ts";

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

async function run(...args: readonly string[]) {
  const io = captureIo();
  const code = await main(["redrive", ...args], io);
  return { code, lines: io.lines.map((line) => line.replace(/in [0-9.]+ s$/, "in N s")), errors: io.errors };
}

async function deadLetters(name: string, count: number) {
  const { spillQueueUrl, deadLetterQueueUrl } = await queues.create(name);
  const [from, to]: readonly Queue[] = [queues.open(deadLetterQueueUrl), queues.open(spillQueueUrl)];
  if (from === undefined || to === undefined) throw new Error("no queues");
  const refused = { MessageAttributes: { ErrorCode: { DataType: "String", StringValue: "403" } } };
  for (let index = 0; index < count; index++) {
    await from.client.send(
      new SendMessageCommand({ QueueUrl: from.url, MessageBody: `[${index}]`, ...(index === 0 && refused) }),
    );
  }
  return { from, to, urls: ["--from", from.url, "--to", to.url] };
}

describe("redrive", () => {
  it.concurrent("looks first, then moves everything and says why it was there", async () => {
    const { from, to, urls } = await deadLetters("cli", 3);
    const why = ["why they were there:", "       1  SNS could not deliver: 403", "       2  unknown"];
    expect(await run(...urls, "--dry-run")).toEqual({
      code: 0,
      lines: [...why, "3 would be moved, 0 left; nothing was changed"],
      errors: [],
    });
    expect(await visibleIn(from)).toBe(3);
    expect(await run(...urls)).toEqual({
      code: 0,
      lines: ["sent 3 messages in N s", ...why, "3 moved, 0 left"],
      errors: [],
    });
    expect((await takeAll(to)).map(({ Body }) => Body).sort()).toEqual(["[0]", "[1]", "[2]"]);
    expect(await run(...urls)).toEqual({ code: 0, lines: ["sent 0 messages in N s", "0 moved, 0 left"], errors: [] });
  });

  it.concurrent("leaves what was moved before, and ends with 1, where it is to move once", async () => {
    const { from, urls } = await deadLetters("cli-once", 1);
    const attribute = { DataType: "String", StringValue: "1790000000000" };
    const MessageAttributes = { "countersign-received-at": attribute };
    await from.client.send(new SendMessageCommand({ QueueUrl: from.url, MessageBody: "[]", MessageAttributes }));
    const { code, lines } = await run(...urls, "--once");
    expect([code, ...lines.slice(-2)]).toEqual([1, "1 moved, 1 left", "       1  was moved before, and failed again"]);
    expect(await visibleIn(from)).toBe(1);
  });

  it.concurrent("moves as many as it may and is content with that", async () => {
    const { from, urls } = await deadLetters("cli-max", 3);
    expect(await run(...urls, "--max", "2", "--rate", "1000")).toMatchObject({ code: 0, errors: [] });
    expect(await visibleIn(from)).toBe(1);
  });

  it.concurrent("ends with 1, and says what is left and why, when the queue does not take it", async () => {
    const { from, urls } = await deadLetters("cli-left", 2);
    const to = from.url.replace(/[^/]+$/, "no-such-queue");
    const answer = await run(...urls.slice(0, 2), "--to", to);
    expect(answer).toMatchObject({ code: 1, errors: [] });
    expect(answer.lines.slice(-2)).toEqual([
      "0 moved, 2 left",
      expect.stringMatching(/^ {7}2 {2}the send was refused: /),
    ]);
    expect(await visibleIn(from)).toBe(2);
  });

  it.concurrent("ends with 1 after a signal", async () => {
    const { from, urls } = await deadLetters("cli-stopped", 2);
    const io = captureIo();
    io.stop();
    expect(await main(["redrive", ...urls], io)).toBe(1);
    expect(io.errors).toEqual(["countersign redrive: stopped; there may be more"]);
    expect(await visibleIn(from)).toBe(2);
  });

  it.concurrent("says that the dead-letter queue does not exist", async () => {
    const { to } = await deadLetters("cli-none", 0);
    const answer = await run("--from", to.url.replace(/[^/]+$/, "no-such-queue"), "--to", to.url);
    expect(answer).toEqual({
      code: 1,
      lines: [],
      errors: [expect.stringMatching(/^countersign redrive: .*not exist/)],
    });
  });

  const url = "http://127.0.0.1:1/000000000000/metering";
  it.each<[readonly string[], string]>([
    [[], "--from is missing"],
    [["--from", url], "--to is missing"],
    [["--from", "dead", "--to", url], '--from: not a queue URL: "dead"'],
    [["--from", url, "--to", "spill"], '--to: not a queue URL: "spill"'],
    [["--from", url, "--to", url.replace("127.0.0.1", "localhost")], "--from and --to are the same queue"],
    [["--from", url, "--to", `${url}-spill`, "--rate", "0"], "--rate and --max: expected whole numbers above 0"],
    [["--from", url, "--to", `${url}-spill`, "--max", "all"], "--rate and --max: expected whole numbers above 0"],
    [["--what"], "Unknown option '--what'"],
  ])("answers %j with 2 and what to do", async (args, problem) => {
    expect(await run(...args)).toEqual({ code: 2, lines: [], errors: [expect.stringContaining(problem)] });
  });

  it("explains which queue to choose", async () => {
    const { code, lines } = await run("--help");
    expect([code, lines.join("\n")]).toEqual([0, expect.stringContaining("best the spill queue")]);
  });
});
