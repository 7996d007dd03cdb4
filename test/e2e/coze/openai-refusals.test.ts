import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ChatWorld, openChatWorld } from "./chat-world.ts";
import { ask, lastAsked, openAiClient, refusal } from "./openai-world.ts";

const forever = new Promise<never>(() => {});

describe.each(engines)("the OpenAI-compatible door on $name", (engine) => {
  let world: ChatWorld;

  beforeAll(async () => {
    world = await openChatWorld(engine);
  });

  afterAll(() => world.close());

  const client = (apiKey?: string) => openAiClient(world, apiKey);

  describe("refusals", () => {
    test("of credentials", async () => {
      const cases: [string, number, string][] = [
        ["pat_wrong", 401, "invalid_api_key"],
        ["wrong", 401, "invalid_api_key"],
        [world.token("reader"), 403, "permission_denied"],
      ];
      for (const [key, status, code] of cases) {
        const error = await refusal(client(key).models.list());
        expect([key, error.status, error.code]).toEqual([key, status, code]);
        const asked = await refusal(client(key).chat.completions.create({ ...ask("x"), stream: true }));
        expect([key, asked.status]).toEqual([key, status]);
      }
    });

    test("of what cannot be honoured, by name", async () => {
      const error = await refusal(client().chat.completions.create({ ...ask("x"), n: 2 }));
      expect([error.status, error.code, error.param]).toEqual([400, "unsupported_parameter", "n"]);
      const wrong = await refusal(client().chat.completions.create({ ...ask("x"), temperature: 9 }));
      expect([wrong.status, wrong.type, wrong.param]).toEqual([400, "invalid_request_error", "temperature"]);
    });

    test("of tool calls that nothing answers", async () => {
      const tool_calls = [
        { id: "c1", type: "function" as const, function: { name: "weather", arguments: "{}" } },
      ];
      const called = { role: "assistant" as const, content: null, tool_calls };
      const answered = { role: "tool" as const, tool_call_id: "c1", content: "26" };
      const again = { role: "user" as const, content: "再问" };
      const asked = ask("未答");
      for (const later of [[], [again], [again, answered]]) {
        const messages = [...asked.messages, called, ...later];
        const error = await refusal(client().chat.completions.create({ ...asked, messages }));
        expect([error.status, error.param]).toEqual([400, "messages.1.tool_calls"]);
      }
      const messages = [...asked.messages, called, answered, again];
      await client().chat.completions.create({ ...asked, messages });
    });

    test("of a body that is no JSON, of other methods and other paths, in the same form", async () => {
      const headers = { authorization: `Bearer ${world.token()}` };
      const answers = [
        await fetch(`${world.url}/v1/chat/completions`, { method: "POST", headers, body: "{" }),
        await fetch(`${world.url}/v1/chat/completions`, { method: "PUT", headers, body: "{}" }),
        await fetch(`${world.url}/v1/chat/completions/1`, { headers }),
        await fetch(`${world.url}/v1/models/a/b`, { headers }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([400, 404, 404, 404]);
      for (const answer of answers) {
        expect(await answer.json()).toMatchObject({
          error: { message: expect.any(String), type: "invalid_request_error" },
        });
      }
    });

    test.each([true, false])("of a model's server that fails at once (stream: %s)", async (stream) => {
      world.teach("立刻失败", [{ type: "status", status: 400, body: { error: { message: "sk-secret" } } }]);
      const error = await refusal(client().chat.completions.create({ ...ask("立刻失败"), stream }));
      expect([error.status, error.code]).toEqual([502, "upstream_failed"]);
      expect(error.message).not.toContain("sk-secret");
    });

    test("of a model's server that breaks off: whole completions fail, streams end with an error", async () => {
      world.teach("中途失败", ["一半", { type: "delay", ms: 50 }, { type: "destroy" }]);
      const whole = await refusal(client().chat.completions.create(ask("中途失败")));
      expect(whole.status).toBe(502);
      const stream = await client().chat.completions.create({ ...ask("中途失败"), stream: true });
      let text = "";
      const error = await refusal(
        (async () => {
          for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
        })(),
      );
      expect(text).toBe("一半");
      expect(error).toMatchObject({ code: "upstream_failed", type: "server_error" });
    });
  });

  describe("a client that hangs up", () => {
    test("stops the answer it streams", async () => {
      world.teach("挂断流", ["开始", { type: "hold", until: forever }]);
      const stream = await client().chat.completions.create({ ...ask("挂断流"), stream: true });
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content === "开始") break;
      await eventually(() => lastAsked(world).closedAtMs !== undefined);
    });

    test("stops the answer it waits for, before and after its first word", async () => {
      for (const [text, steps] of [
        ["挂断前", [{ type: "hold", until: forever }]],
        ["挂断后", ["开始", { type: "hold", until: forever }]],
      ] as const) {
        world.teach(text, [...steps]);
        const controller = new AbortController();
        const waiting = client().chat.completions.create(ask(text), { signal: controller.signal });
        await eventually(() => lastAsked(world).lastUserText === text);
        controller.abort();
        await expect(waiting).rejects.toThrow();
        await eventually(() => lastAsked(world).closedAtMs !== undefined);
      }
    });
  });
});
