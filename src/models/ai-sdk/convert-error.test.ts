import { expect, test } from "vitest";
import { ModelError } from "../chat-model.ts";
import { convertError } from "./convert-error.ts";

function wrapped(code: string): Error {
  const socket = Object.assign(new Error("socket"), { code });
  return new TypeError("fetch failed", { cause: new Error("Cannot connect to API", { cause: socket }) });
}

test.each([
  ["ECONNREFUSED", false, "unreachable"],
  ["UND_ERR_CONNECT_TIMEOUT", false, "unreachable"],
  ["UND_ERR_HEADERS_TIMEOUT", false, "timeout"],
  ["UND_ERR_BODY_TIMEOUT", true, "timeout"],
  ["UND_ERR_SOCKET", true, "broken"],
] as const)("%s inside the provider's errors (answered: %s) is %s", (code, hasAnswered, failure) => {
  expect(convertError(wrapped(code), hasAnswered, []).failure).toBe(failure);
});

test("an error that is no Error keeps the vendor's words, an unknown Error is broken", () => {
  expect(convertError({ message: "Overloaded", statusCode: 529 }, true, [])).toMatchObject({
    failure: "overloaded",
    status: 529,
    detail: "Overloaded",
  });
  expect(convertError(new Error("cannot parse sk-1234"), true, ["sk-1234"])).toMatchObject({
    failure: "broken",
    detail: "Error: cannot parse ***",
  });
});

test("a ModelError stays as it is", () => {
  const error = new ModelError("broken", "early end");
  expect(convertError(error, true, [])).toBe(error);
});
