import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { startUpstream, tokens, type Upstream } from "../../support/upstream.ts";
import { type ConsoleWorld, openConsoleWorld, tokenOf, type UserName } from "./console-world.ts";

interface Told {
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  event: any;
}

describe.each(engines)("trying a draft over the console API on $name", (engine) => {
  let world: ConsoleWorld;
  let upstream: Upstream;
  let draft: string;

  beforeAll(async () => {
    upstream = await startUpstream();
    world = await openConsoleWorld(engine, {
      models: [{ name: "m", provider: "openai-compatible", baseUrl: upstream.baseUrl, model: "x" }],
    });
    draft = `/agents/${world.agentId}/draft-chat`;
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
  });

  const stream = async (as: UserName, route: string, body?: unknown, lastEventId?: string) => {
    const [method = "", path = ""] = route.split(" ");
    const leave = new AbortController();
    const response = await fetch(`${world.server.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokenOf(as)}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: leave.signal,
    });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    return { told: eventsIn(response), leave: () => leave.abort() };
  };
  const asked = async (as: UserName, text: string, more: object = {}) =>
    all((await stream(as, `POST ${draft}`, { text, ...more })).told);
  const exchangesOf = async (as: UserName, conversationId: string) =>
    (await world.call(as, `GET /draft-conversations/${conversationId}/exchanges`)).body.items;

  test("streams the answer of the draft with its model's calls, and keeps the conversation for its person", async () => {
    upstream.replyOnce(["Seven ", "days."]);
    const told = await asked("member", "How long?");
    expect(told[0]?.event).toMatchObject({ type: "turn", isRestart: false });
    expect(textOf(told)).toBe("Seven days.");
    const call = told.find(({ event }) => event.type === "model-call-end")?.event;
    expect(call).toMatchObject({ output: "Seven days.", requestId: "upstream-request", error: null });
    expect(told.at(-1)?.event).toEqual({ type: "turn-end", status: "completed" });
    expect(told.slice(1).every(({ id }) => id !== undefined)).toBe(true);

    const { conversationId, turnId } = told[0]?.event ?? {};
    upstream.replyOnce(["Yes."]);
    await asked("member", "Sure?", { conversationId });
    expect(upstream.requests.at(-1)?.body.messages.map(({ content }) => content)).toContain("Seven days.");
    const exchanges = await exchangesOf("member", conversationId);
    expect(exchanges).toMatchObject([
      { question: { text: "Sure?" }, answers: [{ text: "Yes.", isChosen: true, status: "completed" }] },
      { question: { text: "How long?" }, answers: [{ text: "Seven days.", turnId }] },
    ]);
    const { body } = await world.call("member", `GET /agents/${world.agentId}/draft-conversations`);
    expect(body.items).toMatchObject([{ id: conversationId }]);
    const others = await world.call("owner", `GET /agents/${world.agentId}/draft-conversations`);
    expect(others.body.items).toEqual([]);
    const hidden = await world.call("owner", `GET /draft-conversations/${conversationId}`);
    expect(hidden).toMatchObject({ status: 404, body: { error: { code: "conversation_not_found" } } });
  });

  test("a stream that broke goes on behind the last event that was read, and tells nothing twice", async () => {
    upstream.replyOnce([tokens(60, { delayMs: 15 })]);
    const first = await stream("member", `POST ${draft}`, { text: "Long, please" });
    const seen: Told[] = [];
    for await (const one of first.told) {
      seen.push(one);
      if (textOf(seen).length > 20) break;
    }
    first.leave();
    const { turnId } = seen[0]?.event ?? {};
    const rest = await all(
      (await stream("member", `GET /turns/${turnId}/events`, undefined, seen.at(-1)?.id)).told,
    );
    expect(rest[0]?.event).toMatchObject({ type: "turn", turnId, isRestart: false });
    expect(rest.at(-1)?.event).toEqual({ type: "turn-end", status: "completed" });
    const whole = textOf(seen) + textOf(rest);
    expect(whole).toBe(upstream.requests.at(-1)?.sentText);

    const again = await all((await stream("member", `GET /turns/${turnId}/events?after=9999`)).told);
    expect(again[0]?.event).toMatchObject({ isRestart: true });
    expect(textOf(again)).toBe(whole);
  });

  test("stop closes the connection to the model and keeps the text so far", async () => {
    upstream.replyOnce([tokens(2_000, { delayMs: 10 })]);
    const running = await stream("member", `POST ${draft}`, { text: "Never end" });
    const seen: Told[] = [];
    let stopped: Promise<unknown> | undefined;
    for await (const one of running.told) {
      seen.push(one);
      if (textOf(seen) !== "") stopped ??= world.call("member", `POST /turns/${seen[0]?.event.turnId}/stop`);
    }
    expect(await stopped).toMatchObject({ status: 200, body: { isStopped: true } });
    expect(seen.at(-1)?.event).toEqual({ type: "turn-end", status: "stopped" });
    await eventually(() => expect(upstream.requests.at(-1)?.closedAtMs).toBeDefined());
    const [exchange] = await exchangesOf("member", seen[0]?.event.conversationId);
    expect(exchange.answers).toMatchObject([{ status: "stopped", text: textOf(seen) }]);
    const twice = await world.call("member", `POST /turns/${seen[0]?.event.turnId}/stop`);
    expect(twice.body).toEqual({ isStopped: false });
  });

  test("an exchange is answered again, one of its answers is chosen, and opinions are kept with their words", async () => {
    upstream.replyOnce(["First."]);
    const { conversationId, turnId } = (await asked("member", "Again?"))[0]?.event ?? {};
    upstream.replyOnce(["Second."]);
    const second = await all((await stream("member", `POST /turns/${turnId}/regenerate`)).told);
    expect(textOf(second)).toBe("Second.");
    await world.call("member", `POST /turns/${turnId}/choose`);
    const opinion = { rating: "dislike", categories: ["wrong"], comment: "not the question" };
    const { body } = await world.call("member", `PUT /turns/${turnId}/feedback`, opinion);
    expect(body).toEqual({ isChanged: true });
    const [exchange] = await exchangesOf("member", conversationId);
    expect(exchange.answers).toMatchObject([
      { text: "First.", isChosen: true, feedback: opinion },
      { text: "Second.", isChosen: false, feedback: { rating: "none" } },
    ]);
    const others = await world.call("owner", `POST /turns/${turnId}/choose`);
    expect(others.status).toBe(404);
  });

  test("the trace tells each step with what went in, what came out and what it cost", async () => {
    upstream.replyOnce(["Traced."]);
    const { turnId } = (await asked("member", "Trace me"))[0]?.event ?? {};
    const { body } = await world.call("owner", `GET /turns/${turnId}/trace`);
    expect(body).toMatchObject({
      turn: { id: turnId, status: "completed" },
      agent: { id: world.agentId, versionId: null },
      model: "m",
      workflowRunId: null,
      steps: [
        {
          kind: "model",
          title: "m",
          input: { messages: [{ role: "system", text: "Be brief." }, { text: "Trace me" }] },
          output: { output: "Traced.", requestId: "upstream-request", finishReason: "stop" },
        },
      ],
    });
  });

  test("what a vendor refuses is told in its own words", async () => {
    upstream.replyOnce([{ type: "status", status: 401, body: '{"error":{"message":"bad key of yours"}}' }]);
    const told = await asked("member", "Will it?");
    expect(told.find(({ event }) => event.type === "model-call-end")?.event.error).toMatchObject({
      status: 401,
      detail: expect.stringContaining("bad key of yours"),
    });
    expect(told.at(-1)?.event).toMatchObject({ type: "turn-error", code: "model_failed" });
  });

  test("an empty question names its field, a stranger finds nothing", async () => {
    const empty = await world.call("member", `POST /agents/${world.agentId}/draft-chat`, { text: "  " });
    expect(empty).toMatchObject({ status: 400, body: { error: { field: "text" } } });
    expect((await world.call("member", "GET /turns/1/trace")).status).toBe(404);
    expect(
      (await world.call("powerless", `POST /agents/${world.agentId}/draft-chat`, { text: "Hi" })).status,
    ).toBe(403);
  });
});

function textOf(told: readonly Told[]): string {
  return told.map(({ event }) => (event.type === "text-delta" ? event.text : "")).join("");
}

async function all(told: AsyncIterable<Told>): Promise<Told[]> {
  const events = [];
  for await (const one of told) events.push(one);
  return events;
}

async function* eventsIn(response: Response): AsyncGenerator<Told> {
  let rest = "";
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined) yield { id, event: JSON.parse(data) };
    }
  }
}
