import { describe, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { metricsText } from "../log/metrics.ts";
import { ModelError } from "../models/chat-model.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { conversationOf } from "./conversations.ts";
import { aChatRoom, aConversation, anAgent, ask, eventsOf, historyOf, outline } from "./testing/fixtures.ts";

describe("a turn", () => {
  test("streams reasoning and text as closed blocks, and is stored before it says it ended", async () => {
    const model = scriptedModel([
      { type: "reasoning-delta", text: "hm" },
      "Hel",
      "lo",
      { type: "usage", inputTokens: 7, outputTokens: 3 },
    ]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "Hi");
    const events = await eventsOf(turn);
    expect(outline(events)).toEqual([
      "turn-start",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
      "text-end",
      "usage",
      "turn-end",
    ]);
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.question.text).toBe("Hi");
    expect(exchange?.answers).toMatchObject([
      {
        text: "Hello",
        reasoning: "hm",
        turn: { status: "completed", usage: { inputTokens: 7, outputTokens: 3 } },
      },
    ]);
    await store.close();
  });

  test("is stored together with its new conversation; a refused one leaves neither", async () => {
    const { store, turns } = await aChatRoom(scriptedModel(["hi"]), { turnsPerMinutePerUser: 2 });
    const agent = await anAgent(store);
    const begin = async (isStored: boolean) => {
      const input = { agent, userId: "u1", name: "", inputs: {}, requireInputs: false };
      const conversation = conversationOf(store, input);
      const turn = await ask(turns, agent, conversation, "Hi", { isNew: true, isStored }).catch(() => {});
      await turn?.ended;
      return { id: conversation.id, exchanges: await historyOf(store, conversation) };
    };
    const [kept, unsaved, refused] = [await begin(true), await begin(false), await begin(true)];
    expect(await store.conversations.get(kept.id)).toMatchObject({ lastTurnAt: expect.any(Date) });
    expect(kept.exchanges).toMatchObject([{ answers: [{ text: "hi" }] }]);
    expect(await store.conversations.get(unsaved.id)).toBeDefined();
    expect(unsaved.exchanges).toEqual([]);
    expect(await store.conversations.get(refused.id)).toBeUndefined();
    await store.close();
  });

  test("is in history as running, with its question, as soon as it is accepted", async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { store, turns } = await aChatRoom(scriptedModel([{ type: "gate", until: gate }, "later"]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "Hi");
    const [exchange] = await historyOf(store, conversation);
    expect(exchange).toMatchObject({ question: { text: "Hi" }, answers: [{ turn: { status: "running" } }] });
    open();
    await turn.ended;
    await store.close();
  });

  test("keeps the text so far when it is stopped, and ends properly", async () => {
    const never = new Promise(() => {});
    const model = scriptedModel(["so ", "far", { type: "gate", until: never }, "never"]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "Hi");
    await eventually(() => turn.log.text === "so far");
    await turns.stop(turn.turnId);
    expect(outline(await eventsOf(turn)).slice(-3)).toEqual(["text-end", "usage", "turn-end"]);
    expect(model.calls[0]?.outcome).toBe("aborted");
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers).toMatchObject([{ text: "so far", turn: { status: "stopped" } }]);
    expect(turns.runningIds.size).toBe(0);
    await store.close();
  });

  test("that fails keeps the text so far and says why; the vendor's words are told with the call of the model alone", async () => {
    const broken = new ModelError("broken", "the model's answer broke off", { detail: "secret detail" });
    const { store, turns } = await aChatRoom(scriptedModel(["half", { type: "fail", error: broken }]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const events = await eventsOf(await ask(turns, agent, conversation, "Hi"));
    expect(events.at(-1)).toEqual({
      type: "turn-error",
      code: "model_failed",
      message: "the model's answer broke off",
    });
    const telling = events.filter((event) => JSON.stringify(event).includes("secret detail"));
    expect(telling).toMatchObject([{ type: "model-call-end", error: { detail: "secret detail" } }]);
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers).toMatchObject([
      { text: "half", turn: { status: "failed", error: { code: "model_failed" } } },
    ]);
    await store.close();
  });

  test("without a configured model fails with a name for it", async () => {
    const { store, turns } = await aChatRoom(undefined);
    const agent = await anAgent(store);
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "Hi"));
    expect(events.at(-1)).toMatchObject({ type: "turn-error", code: "model_unknown" });
    await store.close();
  });

  test("waits for the one before it in the same conversation and sees its answer", async () => {
    const model = scriptedModel((request) => [`${request.messages.length} messages`]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const both = await Promise.all([
      ask(turns, agent, conversation, "one"),
      ask(turns, agent, conversation, "two"),
    ]);
    await Promise.all(both.map((turn) => turn.ended));
    const answers = (await historyOf(store, conversation)).map((exchange) => exchange.answers[0]?.text);
    expect(answers).toEqual(["2 messages", "4 messages"]);
    await store.close();
  });

  test("is refused while another runs, where the rule says so, and nothing is stored", async () => {
    const never = new Promise(() => {});
    const { store, turns } = await aChatRoom(scriptedModel([{ type: "gate", until: never }]), {
      busy: "refuse",
    });
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "one");
    await expect(ask(turns, agent, conversation, "two")).rejects.toMatchObject({ code: "conversation_busy" });
    expect(await historyOf(store, conversation)).toHaveLength(1);
    await turns.stop(turn.turnId);
    await store.close();
  });

  test("whose asker leaves while it waits is never stored", async () => {
    const never = new Promise(() => {});
    const { store, turns } = await aChatRoom(scriptedModel([{ type: "gate", until: never }]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "one");
    const controller = new AbortController();
    const waiting = ask(turns, agent, conversation, "two", { signal: controller.signal });
    controller.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    await turns.stop(turn.turnId);
    expect(await historyOf(store, conversation)).toHaveLength(1);
    await store.close();
  });

  test("proposes at most three follow-up questions, and ends well when proposing fails", async () => {
    const model = scriptedModel(
      (_, call) => {
        if (call === 0) return ["answer"];
        const usage = { type: "usage" as const, inputTokens: 1_000, outputTokens: 100 };
        if (call === 1) return ['Sure: ["a?", "b?", "a?", "c?", "d?"]', usage];
        if (call === 2) return ["answer"];
        return [{ type: "fail", error: new ModelError("overloaded", "busy") }];
      },
      { name: "proposer" },
    );
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store, { suggestions: true });
    const conversation = await aConversation(store, agent);
    const first = await eventsOf(await ask(turns, agent, conversation, "one"));
    expect(first.at(-2)).toMatchObject({ type: "suggestions", questions: ["a?", "b?", "c?"] });
    const second = await eventsOf(await ask(turns, agent, conversation, "two"));
    expect(outline(second).slice(-2)).toEqual(["usage", "turn-end"]);
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers[0]?.turn.suggestions).toEqual(["a?", "b?", "c?"]);
    const sent = /antiphon_model_tokens_total\{model="proposer",direction="in"\} (\d+)/;
    expect(Number(sent.exec((await metricsText()).text)?.[1])).toBeGreaterThan(1_000);
    const roles = model.calls[3]?.request.messages.map(({ role }) => role);
    expect(roles).toEqual(["system", "user", "assistant", "user", "assistant", "user"]);
    await store.close();
  });

  test("costs what the model's prices say", async () => {
    const model = scriptedModel(["x", { type: "usage", inputTokens: 1_000_000, outputTokens: 500_000 }], {
      prices: { input: 2, output: 8, currency: "CNY" },
    });
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    await (await ask(turns, agent, conversation, "Hi")).ended;
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers[0]?.turn.usage).toMatchObject({ cost: 6, currency: "CNY" });
    await store.close();
  });
});

describe("asking again", () => {
  test("adds answers up to ten times and chooses the newest", async () => {
    const { store, turns } = await aChatRoom(scriptedModel((_, call) => [`answer ${call}`]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    await (await ask(turns, agent, conversation, "Hi")).ended;
    const again = async () => {
      const [exchange] = await historyOf(store, conversation);
      if (exchange === undefined) throw new Error("no exchange");
      const signal = new AbortController().signal;
      const turn = await turns.regenerate({
        agent,
        conversation,
        exchange,
        dialect: "test",
        requestId: "r1",
        signal,
      });
      await turn.ended;
    };
    for (let count = 0; count < 10; count++) await again();
    await expect(again()).rejects.toMatchObject({ code: "regenerate_limit" });
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers).toHaveLength(11);
    expect(exchange?.chosenTurnId).toBe(exchange?.answers.at(-1)?.turn.id);
    await store.close();
  });
});

describe("stopping the server", () => {
  test("stores what still runs as interrupted and takes nothing new", async () => {
    const never = new Promise(() => {});
    const { store, turns } = await aChatRoom(scriptedModel(["half", { type: "gate", until: never }]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "Hi");
    await eventually(() => turn.log.text === "half");
    await turns.drain(0);
    expect((await eventsOf(turn)).at(-1)).toMatchObject({ type: "turn-error", code: "interrupted" });
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers).toMatchObject([{ text: "half", turn: { status: "interrupted" } }]);
    await expect(ask(turns, agent, conversation, "more")).rejects.toMatchObject({ code: "shutting_down" });
    await store.close();
  });

  test("refuses the questions that wait, instead of answering them on a closed store", async () => {
    const never = new Promise(() => {});
    const model = scriptedModel(["half", { type: "gate", until: never }]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const turn = await ask(turns, agent, conversation, "first");
    const waiting = ask(turns, agent, conversation, "second").then(
      () => "answered",
      (error) => error.code,
    );
    await eventually(() => turn.log.text === "half");
    await turns.drain(0);
    expect(await waiting).toBe("shutting_down");
    expect(turns.runningIds.size).toBe(0);
    expect(await historyOf(store, conversation)).toHaveLength(1);
    await store.close();
  });

  test("waits for a question that is just being stored, and leaves none running", async () => {
    const never = new Promise(() => {});
    const { store, turns } = await aChatRoom(scriptedModel([{ type: "gate", until: never }]));
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    const { promise: isOnDisk, resolve: reachDisk } = Promise.withResolvers<void>();
    vi.spyOn(store, "flushed").mockReturnValueOnce(isOnDisk);
    const asked = ask(turns, agent, conversation, "Hi");
    await eventually(() => turns.runningIds.size === 1);
    const drained = turns.drain(0);
    await eventually(async () => (await historyOf(store, conversation)).length === 1);
    reachDisk();
    await drained;
    const [exchange] = await historyOf(store, conversation);
    expect(exchange?.answers[0]?.turn.status).toBe("interrupted");
    await (await asked).ended;
    await store.close();
  });
});

describe("limits", () => {
  test("refuse too many turns at once and too many a minute, per user", async () => {
    const never = new Promise(() => {});
    const { store, turns } = await aChatRoom(
      scriptedModel((_, call) => (call === 0 ? [{ type: "gate", until: never }] : ["ok"])),
      { concurrentTurnsPerUser: 1, turnsPerMinutePerUser: 2 },
    );
    const agent = await anAgent(store);
    const running = await ask(turns, agent, await aConversation(store, agent), "one");
    const another = await aConversation(store, agent);
    await expect(ask(turns, agent, another, "two")).rejects.toMatchObject({ code: "too_many_turns" });
    await turns.stop(running.turnId);
    await (await ask(turns, agent, another, "three")).ended;
    await expect(ask(turns, agent, another, "four")).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: expect.any(Number),
    });
    await store.close();
  });
});
