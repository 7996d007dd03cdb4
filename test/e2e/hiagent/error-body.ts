import { expect } from "vitest";
import type { RawReply } from "./raw-call.ts";

/** Fails unless the reply is an error body by §10 of the HiAgent spec page, whole and without anything else. */
export function checkErrorBody(reply: RawReply): void {
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(reply.body).toEqual({
    ResponseMetadata: {
      RequestId: expect.stringMatching(/^[0-9A-Z]{26}$/),
      Action: expect.any(String),
      Version: "",
      Service: "app",
      Region: "",
      Error: {
        Code: expect.stringMatching(/^[A-Za-z.]+$/),
        Message: expect.stringMatching(/\S/),
        Data: null,
      },
    },
    BaseResp: {
      StatusCode: reply.status,
      StatusMessage: reply.body.ResponseMetadata.Error.Message,
      Extra: {},
    },
  });
}
