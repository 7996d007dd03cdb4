import { expect, test } from "vitest";
import { statusError, streamError } from "./vendor-failure.ts";

test.each([
  [400, "refused"],
  [401, "refused"],
  [402, "refused"],
  [404, "refused"],
  [429, "overloaded"],
  [500, "overloaded"],
  [529, "overloaded"],
  [302, "refused"],
] as const)("status %i is %s and named in the message", (status, failure) => {
  const error = statusError({ status, body: "" }, []);
  expect(error).toMatchObject({ failure, status });
  expect(error.message).toContain(String(status));
});

test.each([
  ['{"error":{"message":"no","type":"t","code":"c"}}', "no (t c)"],
  ['{"error":{"message":"no"}}', "no"],
  ['{"error":"no"}', "no"],
  ['{"message":"no","code":"c"}', "no (c)"],
  ['{"msg":"no"}', '{"msg":"no"}'],
  ['"no"', "no"],
  ["null", "null"],
  [" <html>no</html> ", "<html>no</html>"],
])("the vendor's words are found in %s", (body, words) => {
  expect(statusError({ status: 400, body }, []).detail).toBe(words);
});

test("the detail is clipped, and secrets are taken out of it", () => {
  const error = statusError({ status: 400, body: `key abcd1234 ${"x".repeat(1000)}` }, ["abcd1234", ""]);
  expect(error.detail).toHaveLength(500);
  expect(error.detail.startsWith("key *** x")).toBe(true);
});

test.each([
  [{ message: "m", code: 429 }, "overloaded", 429],
  [{ message: "m", code: "503" }, "overloaded", 503],
  [{ message: "m", code: 400 }, "refused", 400],
  [{ message: "m", statusCode: 529 }, "overloaded", 529],
  [{ error: { message: "m", status_code: 401 } }, "refused", 401],
  [{ message: "m", type: "server_error" }, "overloaded", undefined],
  [{ message: "Rate limit reached" }, "overloaded", undefined],
  [{ message: "m", code: "weird" }, "broken", undefined],
  ["too many requests", "overloaded", undefined],
  [42, "broken", undefined],
] as const)("the error %j inside a stream is %s", (wire, failure, status) => {
  expect(streamError(wire, [], "r-1")).toMatchObject({ failure, status, requestId: "r-1" });
});
