import { describe, expect, test, vi } from "vitest";
import type { CozeBody } from "../support/coze-http.ts";
import { engines } from "../support/engines.ts";
import { eventually } from "../support/eventually.ts";
import { tokens, tokensText } from "../support/upstream.ts";
import {
  answerText,
  CALLER_TOOL,
  type CozeScene,
  submission,
  useCozeScene,
  waitForCaller,
} from "./coze-scene.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const ATTEMPTS = 6;

/** One server, and on PostgreSQL also two that share the database. */
const places = engines.flatMap((engine) =>
  (engine.name === "SQLite" ? [1] : [1, 2]).map((nodes) => ({
    name: nodes === 1 ? engine.name : `${engine.name} with two servers`,
    databaseUrl: () => engine.databaseUrl(),
    nodes,
  })),
);

/** The same call several times at once, at the servers in turn. */
function atOnce(
  { coze }: CozeScene,
  nodes: number,
  call: (caller: ReturnType<CozeScene["coze"]>) => Promise<CozeBody>,
): Promise<CozeBody[]> {
  const attempts = Array.from({ length: ATTEMPTS }, (_, index) => coze({ node: index % nodes }));
  return Promise.all(attempts.map(call));
}

describe.each(places)("what must happen once, on $name", ({ databaseUrl, nodes }) => {
  const set = useCozeScene(async () => ({
    agent: { callerTools: [CALLER_TOOL] },
    databaseUrl: await databaseUrl(),
    nodes,
  }));

  test("of several chats at once in one conversation one runs, and the others are told that it is busy", async () => {
    const scene = set();
    const coze = scene.coze();
    const { id } = await coze.data("POST /v1/conversation/create", { bot_id: scene.botId });
    const rest = Promise.withResolvers<void>();
    scene.upstream.reply([tokens(3), { type: "hold", until: rest.promise }]);
    const replies = await atOnce(scene, nodes, (caller) =>
      caller.call(`POST /v3/chat?conversation_id=${id}`, scene.asking("tell me")),
    );
    expect(replies.map(({ code }) => code).sort()).toEqual([0, ...Array(ATTEMPTS - 1).fill(4016)]);
    const chat = replies.find(({ code }) => code === 0)?.data;

    const late = await coze.stream(`POST /v3/chat?conversation_id=${id}`, scene.asking("me too"));
    await late.all();
    expect(JSON.parse(late.raw)).toMatchObject({ code: 4016 });

    rest.resolve();
    expect((await coze.polled(chat)).status).toBe("completed");
    expect((await coze.messages(id)).map((message) => message.content)).toEqual(["tell me", tokensText(3)]);
    expect(scene.upstream.requests).toHaveLength(1);
    const next = await coze.call(`POST /v3/chat?conversation_id=${id}`, scene.asking("and now?"));
    expect(next).toMatchObject({ code: 0 });
    await coze.polled(next.data);
  });

  test("of the same tool outputs submitted several times at once one is taken", async () => {
    const scene = set();
    const coze = scene.coze();
    const waiting = await waitForCaller(scene, "open up");
    scene.upstream.reply(({ body }) => [JSON.stringify(body.messages.at(-1)?.content)]);
    let count = 0;
    const replies = await atOnce(scene, nodes, (caller) =>
      caller.call(...submission(waiting, `output ${++count}`)),
    );
    const taken = replies.filter(({ code }) => code === 0);
    expect(taken).toHaveLength(1);
    for (const { code } of replies) expect([0, 4000, 4016]).toContain(code);
    expect((await coze.polled(waiting)).status).toBe("completed");
    await eventually(async () =>
      expect(await answerText(coze, waiting)).toBe(
        `Wait. "output ${1 + replies.findIndex(({ code }) => code === 0)}"`,
      ),
    );
    expect(scene.upstream.requests).toHaveLength(2);
    expect(await coze.call(...submission(waiting, "late"))).toMatchObject({ code: 4000 });
  });
});
