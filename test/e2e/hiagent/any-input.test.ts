import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { ACTION_FIELDS, type FieldSpec, isWorkflowAction } from "./action-fields.ts";
import { checkErrorBody } from "./error-body.ts";
import { type RawReply, rawCall } from "./raw-call.ts";
import { keyOf, openWorld, type World } from "./world.ts";

/** Stand for ids that exist when the request is sent. */
const CONVERSATION = "<conversation>";
const MESSAGE = "<message>";
const RUN = "<run>";

const junk = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(CONVERSATION, MESSAGE, RUN, "", " ", null, 0, -1, "1", true),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })) },
);
const files = fc.array(
  fc.record({ Url: fc.webUrl(), Name: fc.string(), Size: fc.integer() }, { requiredKeys: [] }),
);
const PLAUSIBLE: Record<FieldSpec["kind"], fc.Arbitrary<unknown>> = {
  conversation: fc.constant(CONVERSATION),
  message: fc.constant(MESSAGE),
  query: fc.constant(""),
  text: fc.string({ unit: "grapheme", minLength: 1 }),
  run: fc.constant(RUN),
  json: fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })),
    fc.record({ amount: fc.integer(), query: fc.string() }).map((value) => JSON.stringify(value)),
  ),
  mode: fc.constantFrom("streaming", "blocking", ""),
  boolean: fc.boolean(),
  integer: fc.integer({ min: -1, max: 200 }),
  object: fc.record({ Files: files, ProblemDetail: fc.string() }, { requiredKeys: [] }),
  inputs: fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
};

/** A body for the action: mostly what it takes, sometimes not, sometimes no object at all. */
function bodyOf(action: string): fc.Arbitrary<string> {
  const fields = Object.entries(ACTION_FIELDS[action] ?? {}).map(([name, { kind }]) => {
    const value = fc.oneof(
      { weight: 6, arbitrary: PLAUSIBLE[kind] },
      { weight: 1, arbitrary: junk },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
    return [name, value] as const;
  });
  const userId = fc.oneof({ weight: 9, arbitrary: fc.constant("u1") }, { weight: 1, arbitrary: junk });
  const object = fc.record({ UserID: userId, ...Object.fromEntries(fields) });
  const stuffed = fc.tuple(object, fc.dictionary(fc.string({ maxLength: 8 }), junk, { maxKeys: 3 }));
  return fc.oneof(
    { weight: 8, arbitrary: object.map((body) => JSON.stringify(body)) },
    { weight: 2, arbitrary: stuffed.map(([body, more]) => JSON.stringify({ ...more, ...body })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
}

const request = fc.constantFrom(...Object.keys(ACTION_FIELDS)).chain((action) =>
  fc.record({
    action: fc.constant(action),
    method: fc.constantFrom("POST", "POST", "POST", "GET"),
    body: bodyOf(action),
  }),
);

describe.each(engines)("HiAgent on any input, on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    const noLimit = { ANTIPHON_USER_TURNS_PER_MINUTE: "0", ANTIPHON_KEY_TURNS_PER_MINUTE: "0" };
    world = await openWorld(engine, noLimit);
  });
  afterAll(() => world.close());

  test("an answer is never a server error, shows nothing of the inside, and is JSON or a stream", async () => {
    const client = world.client();
    let ids = { conversation: "", message: "", run: "" };
    const makeIds = async () => {
      const conversation = await client.newConversation();
      const ask = { AppConversationID: conversation, Query: "hello", ResponseMode: "blocking" };
      const { id: message } = (await client.call("chat_query_v2", ask)).body;
      const started = await world.client("flow").call("run_app_workflow", { InputData: '{"ask":true}' });
      ids = { conversation, message, run: started.body.runId };
    };
    await makeIds();
    let successes = 0;
    await fc.assert(
      fc.asyncProperty(request, async ({ action, method, body }) => {
        const reply = await rawCall(`${world.url}/api/v1/${action}`, {
          method,
          headers: {
            apikey: keyOf(isWorkflowAction(action) ? "flow" : "shop"),
            "content-type": "application/json",
          },
          body: body
            .replaceAll(CONVERSATION, ids.conversation)
            .replaceAll(MESSAGE, ids.message)
            .replaceAll(RUN, ids.run),
        });
        checkReply(reply);
        if (reply.status === 200) successes += 1;
        const mayHaveDeleted = /delete|clear/.test(action) || reply.text.includes("RegenerateLimit");
        if (mayHaveDeleted) await makeIds();
      }),
      { numRuns: 400 },
    );
    // Otherwise it only proves that refusing works.
    expect(successes).toBeGreaterThan(50);
    expect((await client.call("get_app_config_preview")).status).toBe(200);
  }, 120_000);
});

function checkReply(reply: RawReply): void {
  expect(reply.status).toBeLessThan(500);
  expect(reply.text).not.toMatch(/\n\s+at |node_modules|\.ts:\d|SQLITE|pg_|\/src\//);
  if (reply.headers["content-type"] === "text/event-stream; charset=utf-8") {
    expect(reply.text).toMatch(/^(event:text\ndata:(data:)? \{.*\}\n\n)+$/);
    expect(reply.text).toMatch(/"event":"(message_end|flow_end|flow_error)"/);
    return;
  }
  expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
  if (reply.status !== 200) checkErrorBody(reply);
}
