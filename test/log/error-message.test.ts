import { expect, it } from "vitest";
import { errorMessage } from "../../lib/log/error-message.ts";

it.each<[string, unknown, string]>([
  ["an error", new TypeError("wrong"), "wrong"],
  [
    "several without a message of their own",
    Object.assign(new AggregateError([new Error("one"), "two"], "x"), { message: "" }),
    "one, two",
  ],
  ["several with one", new AggregateError([new Error("one")], "all failed"), "all failed"],
  ["anything else that was thrown", 7, "7"],
])("says what is wrong with %s", (_, thrown, message) => {
  expect(errorMessage(thrown)).toBe(message);
});
