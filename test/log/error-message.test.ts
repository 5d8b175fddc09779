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
  [
    "an answer of HTML, without what the SDK advises those who program with it",
    Object.assign(
      new SyntaxError(
        "Unexpected token '<'\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.",
      ),
      { $metadata: { httpStatusCode: 200 } },
    ),
    "an answer with HTTP status 200 that is not the service's: Unexpected token '<'",
  ],
  [
    "a redirection",
    Object.assign(new Error("UnknownError"), { $metadata: { httpStatusCode: 302 } }),
    "an answer with HTTP status 302 that does not say why",
  ],
  ["an answer without a status", new Error("UnknownError"), "an answer that does not say why"],
  ["anything else that was thrown", 7, "7"],
])("says what is wrong with %s", (_, thrown, message) => {
  expect(errorMessage(thrown)).toBe(message);
});
