import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { checkErrorBody } from "./error-body.ts";
import { postJson, type RawReply, rawCall } from "./raw-call.ts";
import { keyOf, openWorld, type World } from "./world.ts";

/** Fails unless this is an error body of §10 with this status and code; returns its message. */
function expectError(reply: RawReply, status: number, code: string): string {
  expect(reply.status).toBe(status);
  checkErrorBody(reply);
  const { RequestId, Error: error } = reply.body.ResponseMetadata;
  expect(RequestId).toBe(reply.headers["x-request-id"]);
  expect(error.Code).toBe(code);
  return error.Message;
}

describe.each(engines)("HiAgent errors on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  const call = (action: string, body: unknown, headers: Record<string, string> = { apikey: keyOf("shop") }) =>
    postJson(`${world.url}/api/proxy/api/v1/${action}`, body, headers);

  test("§15.12 without a key", async () => {
    const message = expectError(
      await call("create_conversation", { UserID: "u1" }, {}),
      401,
      "AuthenticationFailed",
    );
    expect(message).toContain("header:Apikey is empty");
  });

  test("§15.12 with a wrong key, and a good one in the body does not help", async () => {
    const body = { UserID: "u1", AppKey: keyOf("shop") };
    expectError(await call("create_conversation", body, { apikey: "wrong" }), 401, "InvalidApiKey");
    expectError(await call("create_conversation", { ...body, AppKey: "wrong" }, {}), 401, "InvalidApiKey");
  });

  test("§15.12 with the API switched off for the app", async () => {
    const reply = await call("create_conversation", { UserID: "u1" }, { apikey: keyOf("closed") });
    expect(expectError(reply, 401, "NotEnabled.Warning")).toBe("Not enabled: API service is disabled");
  });

  test("§15.12 an unknown conversation reads so that clients make a new one", async () => {
    const question = { UserID: "u1", Query: "hello", ResponseMode: "blocking" };
    for (const AppConversationID of ["ct4m7gmoc93a9ns2sngg", "nonsense", "x".repeat(128)]) {
      const reply = await call("chat_query_v2", { ...question, AppConversationID });
      const text = `ConversationNotFound ${expectError(reply, 400, "ConversationNotFound")}`;
      expect(text).toMatch(/conversation/i);
      expect(text).toMatch(/not.?found|invalid|expired|deleted/i);
    }
  });

  test("§15.12 a deleted conversation is not found", async () => {
    const AppConversationID = await world.client().newConversation();
    await world.client().call("delete_conversation", { AppConversationID });
    const question = { UserID: "u1", AppConversationID, Query: "hello" };
    expectError(await call("chat_query", question), 400, "ConversationNotFound");
    expectError(
      await call("delete_conversation", { UserID: "u1", AppConversationID }),
      400,
      "ConversationNotFound",
    );
  });

  test.each([
    "run_app_workflow",
    "sync_run_app_workflow",
    "query_run_app_process",
    "async_resume_app_workflow",
    "sync_resume_app_workflow",
  ])("§15.12 %s on a chat app", async (action) => {
    const reply = await call(action, { UserID: "u1", InputData: "{}", RunID: "x" });
    expect(expectError(reply, 400, "InvalidParameter")).toBe("only support workflow type app");
  });

  test("§10 a chat action on a workflow app, and a workflow action on one that has no graph", async () => {
    const headers = { apikey: keyOf("flow") };
    const chat = await call("create_conversation", { UserID: "u1" }, headers);
    expect(expectError(chat, 400, "InvalidParameter")).toBe("only support chat type app");
    const empty = { apikey: keyOf("blank") };
    const run = await call("run_app_workflow", { UserID: "u1", InputData: "{}" }, empty);
    expectError(run, 501, "NotSupported");
  });

  test("§10 an unknown action is 404, under the prefixes as an error body of this family", async () => {
    expectError(await call("no_such_action", { UserID: "u1" }), 404, "NotFound");
    const atRoot = await postJson(`${world.url}/no_such_action`, {});
    expect(atRoot.status).toBe(404);
    expect(atRoot.body).toHaveProperty("error.code", "route_unknown");
  });

  test("§10 errors before the first frame are plain JSON, never a stream", async () => {
    const AppConversationID = await world.client().newConversation();
    for (const more of [{ Query: "" }, { Query: "x", ResponseMode: "fast" }, { Query: 7 }, {}]) {
      const reply = await call("chat_query", { UserID: "u1", AppConversationID, ...more });
      expectError(reply, 400, "InvalidParameter");
    }
  });

  test("§10 a wrong type is told in the live server's words", async () => {
    const reply = await call("create_conversation", { UserID: {} });
    expect(expectError(reply, 400, "InvalidParameter")).toMatch(/Mismatch type string with value object/);
  });

  test("§10 every error names the action that was called", async () => {
    const reply = await call("get_message_info", { UserID: "u1" });
    expect(reply.body.ResponseMetadata.Action).toBe("get_message_info");
  });

  test("§3.2 empty Query with a file is accepted, without one refused", async () => {
    const AppConversationID = await world.client().newConversation();
    const ask = (more: object) =>
      call("chat_query_v2", { UserID: "u1", AppConversationID, ResponseMode: "blocking", ...more });
    const file = { QueryExtends: { Files: [{ Url: "http://127.0.0.1/a.png" }] } };
    expect((await ask({ Query: "", ...file })).status).toBe(200);
    for (const Query of ["", "   ", "\n"]) {
      const message = expectError(await ask({ Query, QueryExtends: { Files: [] } }), 400, "InvalidParameter");
      expect(message).toContain("Query");
    }
  });

  test("a body that is no JSON is refused without a key being asked for twice", async () => {
    const reply = await rawCall(`${world.url}/api/v1/create_conversation`, {
      headers: { apikey: keyOf("shop") },
      body: '{"UserID":"u1"',
    });
    expectError(reply, 400, "InvalidParameter");
  });
});

describe.each(engines)("HiAgent errors_as_200 on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, { ANTIPHON_HIAGENT_ERRORS_AS_200: "true" });
  });
  afterAll(() => world.close());

  test.each([
    ["no key", {}, {}, 401, "AuthenticationFailed"],
    ["no UserID", { apikey: keyOf("shop") }, {}, 400, "InvalidParameter"],
    ["unknown conversation", { apikey: keyOf("shop") }, { UserID: "u1" }, 400, "ConversationNotFound"],
  ])("§10 %s comes with status 200 and says the real one inside", async (_, headers, body, status, code) => {
    const reply = await postJson(
      `${world.url}/delete_conversation`,
      { ...body, AppConversationID: "ct4m7gmoc93a9ns2sngg" },
      headers as Record<string, string>,
    );
    expect(reply.status).toBe(200);
    expect(reply.body.ResponseMetadata.Error.Code).toBe(code);
    expect(reply.body.BaseResp.StatusCode).toBe(status);
  });

  test("§10 success looks as always", async () => {
    const reply = await world.client().call("get_conversation_list");
    expect(reply.body).toEqual({
      ConversationList: [],
      BaseResp: { StatusCode: 0, StatusMessage: "", Extra: {} },
    });
  });
});
