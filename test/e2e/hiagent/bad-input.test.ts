import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HIAGENT_ACTIONS } from "../../../src/dialects/hiagent/index.ts";
import { engines } from "../../support/engines.ts";
import {
  ACTION_FIELDS,
  type FieldSpec,
  isWorkflowAction,
  WITHOUT_USER,
  WRONG_TYPES,
} from "./action-fields.ts";
import { checkErrorBody } from "./error-body.ts";
import { type RawReply, rawCall } from "./raw-call.ts";
import { type Client, keyOf, openWorld, type World } from "./world.ts";

const ACTIONS = Object.keys(ACTION_FIELDS);

test("every action's fields are here", () => {
  expect(ACTIONS.toSorted()).toEqual(HIAGENT_ACTIONS.map((action) => action.name).toSorted());
});

describe.each(engines)("HiAgent on bad input, on $name", (engine) => {
  let world: World;
  let client: Client;
  let ids: { conversation: string; thread: string; message: string; query: string; run: string };
  let before: { view: string; asked: number };

  beforeAll(async () => {
    world = await openWorld(engine, {
      ANTIPHON_USER_TURNS_PER_MINUTE: "0",
      ANTIPHON_KEY_TURNS_PER_MINUTE: "0",
    });
    client = world.client();
    const conversation = await client.newConversation({ name: "小明" });
    const ask = { AppConversationID: conversation, Query: "hello", ResponseMode: "blocking" };
    const { id: message, conversation_id: thread } = (await client.call("chat_query_v2", ask)).body;
    const [round] = await client.history(conversation);
    const { runId: run } = (await world.client("flow").call("run_app_workflow")).body;
    ids = { conversation, thread, message, query: round.QueryID, run };
    before = { view: await view(), asked: world.upstream.requests.length };
  });
  afterAll(() => world.close());
  afterEach(async () => {
    expect(await view()).toBe(before.view);
    expect(world.upstream.requests).toHaveLength(before.asked);
  });

  /** Everything the store holds for the user, as text. */
  const view = async (): Promise<string> => {
    const list = await client.call("get_conversation_list");
    expect(list.status).toBe(200);
    const histories: unknown[] = [];
    for (const { AppConversationID } of list.body.ConversationList) {
      histories.push(await client.history(AppConversationID));
    }
    return `${list.text}${JSON.stringify(histories)}${await runCount()} runs`;
  };
  const runCount = async (): Promise<number> => {
    const { workspaces, workflowRuns } = world.server.store;
    const [workspace] = await workspaces.list();
    if (workspace === undefined) throw new Error("no workspace");
    return (await workflowRuns.list({ workspaceId: workspace.id, offset: 0, limit: 1 })).total;
  };
  const send = (action: string, body: string | Buffer | undefined) =>
    rawCall(`${world.url}/api/v1/${action}`, {
      headers: {
        apikey: keyOf(isWorkflowAction(action) ? "flow" : "shop"),
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body }),
    });
  const valid = (spec: FieldSpec): unknown => {
    const values: Record<FieldSpec["kind"], unknown> = {
      ...{ conversation: ids.conversation, message: ids.message, query: ids.query, text: "x" },
      ...{ mode: "blocking", boolean: true, integer: 1, object: {}, inputs: {}, json: "{}", run: ids.run },
    };
    return values[spec.kind];
  };
  /** A body that the action would take. */
  const validBody = (action: string): Record<string, unknown> => {
    const fields = Object.entries(ACTION_FIELDS[action] ?? {});
    return { UserID: "u1", ...Object.fromEntries(fields.map(([name, spec]) => [name, valid(spec)])) };
  };
  /** Sends the action's valid body with one field changed; undefined leaves it out. */
  const sendWith = (action: string, field: string, value: unknown) =>
    send(action, JSON.stringify({ ...validBody(action), [field]: value }));
  const expectRefusal = (reply: RawReply, what: unknown, field?: string) => {
    expect([what, reply.status, reply.text]).toEqual([what, 400, reply.text]);
    checkErrorBody(reply);
    const error = reply.body.ResponseMetadata.Error;
    expect([what, error.Code]).toEqual([what, "InvalidParameter"]);
    if (field !== undefined) expect([what, error.Message]).toEqual([what, expect.stringContaining(field)]);
  };
  const fieldsOf = (action: string): [string, FieldSpec][] => {
    const user: [string, FieldSpec][] = WITHOUT_USER.includes(action)
      ? []
      : [["UserID", { kind: "text", required: true, limit: 20 }]];
    return [...user, ...Object.entries(ACTION_FIELDS[action] ?? {})];
  };

  describe.each(ACTIONS)("%s", (action) => {
    test("a missing, null or empty required field is named", async () => {
      for (const [field, { required, kind }] of fieldsOf(action)) {
        if (required !== true) continue;
        for (const value of [undefined, null]) {
          expectRefusal(await sendWith(action, field, value), { field, value }, field);
        }
        if (kind !== "text") continue;
        expectRefusal(await sendWith(action, field, ""), { field, value: "" }, field);
      }
    });

    test("none of several alternatives is refused", async () => {
      const alternatives = fieldsOf(action).filter(([, spec]) => spec.oneOf === true);
      if (alternatives.length === 0) return;
      for (const value of [undefined, null, ""]) {
        const body = { UserID: "u1", ...Object.fromEntries(alternatives.map(([name]) => [name, value])) };
        expectRefusal(await send(action, JSON.stringify(body)), { value }, "MessageID");
      }
    });

    test("a field of the wrong type is named", async () => {
      for (const [field, { kind }] of fieldsOf(action)) {
        for (const value of WRONG_TYPES[kind]) {
          expectRefusal(await sendWith(action, field, value), { field, value }, field);
        }
      }
    });

    test("a text that is too long is named", async () => {
      for (const [field, { limit }] of fieldsOf(action)) {
        if (limit === undefined) continue;
        for (const letter of ["x", "😀"]) {
          const value = letter.repeat(limit + 1);
          expectRefusal(await sendWith(action, field, value), { field, letter }, field);
        }
      }
    });

    test("control characters and NUL are refused by the field's name", async () => {
      for (const [field, { limit }] of fieldsOf(action)) {
        if (limit === undefined) continue;
        for (const control of ["\u0000", "\u0001", "\u001b", "\u007f"]) {
          const value = `a${control}b`;
          expectRefusal(await sendWith(action, field, value), { field, value }, field);
        }
      }
    });

    test("an id of another kind, an unknown one and nonsense are not found", async () => {
      const upper = ids.conversation.toUpperCase();
      const strangers: Record<string, string[]> = {
        conversation: [ids.query, ids.message, ids.thread, upper, "ct4m7gmoc93a9ns2sngg"],
        message: [ids.conversation, ids.query, ids.thread, "01K8Z6R2M4T7V9X0C3E5G7J9PN"],
        query: [ids.conversation, ids.message, ids.thread, "ct4m7gmoc93a9ns2sngg"],
        run: [ids.conversation, ids.message, ids.thread, "01K8Z6R2M4T7V9X0C3E5G7J9PN"],
      };
      for (const [field, { kind }] of fieldsOf(action)) {
        const wrong = strangers[kind];
        if (wrong === undefined) continue;
        const codes: Record<string, string> = { conversation: "ConversationNotFound", run: "RunNotFound" };
        const code = codes[kind] ?? "MessageNotFound";
        const alternatives = fieldsOf(action).filter(([, spec]) => spec.oneOf === true);
        const others = Object.fromEntries(alternatives.map(([name]) => [name, ""]));
        for (const value of [
          ...wrong,
          "nonsense",
          "1",
          "x".repeat(128),
          "../../etc",
          "' or 1=1 --",
          "\ud800",
        ]) {
          const body = { ...validBody(action), ...others, [field]: value };
          const reply = await send(action, JSON.stringify(body));
          expect([field, value, reply.status, reply.text]).toEqual([field, value, 400, reply.text]);
          checkErrorBody(reply);
          expect([field, value, reply.body.ResponseMetadata.Error.Code]).toEqual([field, value, code]);
        }
      }
    });

    test.each([
      ["broken JSON", '{"UserID":"u1",'],
      ["single quotes", "{'UserID':'u1'}"],
      ["two objects", '{"UserID":"u1"}{"UserID":"u1"}'],
      ["a trailing null", '{"UserID":"u1"}null'],
      ["a list", '[{"UserID":"u1"}]'],
      ["a number", "7"],
      ["a string", '"UserID"'],
      ["true", "true"],
      ["NaN", "NaN"],
      ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
      ["10 000 lists", "[".repeat(10_000) + "]".repeat(10_000)],
      ["10 000 objects in a field", `{"Inputs":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`],
      ["a __proto__ key", '{"UserID":"u1","__proto__":{"x":1}}'],
      ["a __proto__ key inside", '{"UserID":"u1","Inputs":{"__proto__":"x"}}'],
      ["a constructor with a prototype", '{"UserID":"u1","constructor":{"prototype":{"x":1}}}'],
    ])("a body that is or holds %s is refused", async (what, body) => {
      expectRefusal(await send(action, body), what);
    });

    test("an empty body, white space and null are a body without fields", async () => {
      for (const body of [undefined, "", "  \n", "null", "{}"]) {
        const reply = await send(action, body);
        if (WITHOUT_USER.includes(action)) expect([body, reply.status]).toEqual([body, 200]);
        else expect([body, reply.status]).toEqual([body, 400]);
      }
    });

    test("a body of 2 MB is refused with 413", async () => {
      const reply = await send(action, JSON.stringify({ UserID: "u1", junk: "x".repeat(2_000_000) }));
      expect(reply.status).toBe(413);
      checkErrorBody(reply);
      expect((await client.call("get_app_config_preview")).status).toBe(200);
    });
  });

  test("deeper fields are limited and named too", async () => {
    const file = (more: object) => ({ Files: [{ Url: "http://127.0.0.1/a.png" }, more] });
    for (const [action, field, value, named] of [
      ["chat_query", "QueryExtends", file({ Url: 7 }), "QueryExtends.Files.1.Url"],
      ["chat_query", "QueryExtends", file({ Url: "x".repeat(8_001) }), "QueryExtends.Files.1.Url"],
      ["chat_query", "QueryExtends", file({ Size: "big" }), "QueryExtends.Files.1.Size"],
      ["chat_query", "QueryExtends", file({ Name: "\u0000" }), "QueryExtends.Files.1.Name"],
      ["chat_query", "QueryExtends", { Files: "x" }, "QueryExtends.Files"],
      ["chat_query", "QueryExtends", { Files: ["x"] }, "QueryExtends.Files.0"],
      ["chat_query", "QueryExtends", { Files: Array(11).fill({}) }, "QueryExtends.Files"],
      ["create_conversation", "Inputs", { name: "x".repeat(9) }, "Inputs.name"],
      ["create_conversation", "Inputs", { note: "x".repeat(10_001) }, "Inputs.note"],
      ["create_conversation", "Inputs", { note: "\u0000" }, "Inputs.note"],
      ["create_conversation", "Inputs", { ["k".repeat(201)]: "x" }, "Inputs"],
      ["create_conversation", "Inputs", manyInputs(101), "Inputs"],
      ["feedback", "FeedbackInfo", { ProblemDetail: "x".repeat(5_001) }, "FeedbackInfo.ProblemDetail"],
      [
        "feedback",
        "FeedbackInfo",
        { ProblemCategories: Array(21).fill("x") },
        "FeedbackInfo.ProblemCategories",
      ],
      ["feedback", "FeedbackInfo", { ProblemCategories: [7] }, "FeedbackInfo.ProblemCategories.0"],
      [
        "feedback",
        "FeedbackInfo",
        { ProblemCategories: ["x".repeat(101)] },
        "FeedbackInfo.ProblemCategories",
      ],
    ] as const) {
      expectRefusal(await sendWith(action, field, value), { action, field, named }, named);
    }
  });

  test("a wrong AppKey in the body is named only where it counts", async () => {
    const reply = await rawCall(`${world.url}/get_conversation_list`, {
      body: JSON.stringify({ UserID: "u1", AppKey: 7 }),
    });
    expectRefusal(reply, "AppKey", "AppKey");
    expect((await client.call("get_conversation_list", { AppKey: 7 })).status).toBe(200);
  });

  test("a body that says it is compressed is refused", async () => {
    const reply = await rawCall(`${world.url}/api/v1/get_conversation_list`, {
      headers: { apikey: keyOf("shop"), "content-encoding": "gzip" },
      body: "x",
    });
    expectRefusal(reply, "gzip", "content-encoding");
  });
});

function manyInputs(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "x"]));
}
