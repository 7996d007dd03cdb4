import { afterEach, expect, test } from "vitest";
import { startAntiphon, upstreamModel } from "../support/antiphon.ts";
import { NO_LIMITS } from "../support/antiphon-process.ts";
import { createDatabase } from "../support/databases.ts";
import { answerOf, hiagentClient } from "../support/hiagent-client.ts";
import { startUpstream, tokens, tokensText } from "../support/upstream.ts";

const KEY = "sweeptestkey00000001";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

test("looking for turns of dead nodes never closes a turn that this node has just begun", async () => {
  const upstream = await startUpstream({ reply: [tokens(3)] });
  closers.push(() => upstream.close());
  const server = await startAntiphon({
    file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
    environment: NO_LIMITS,
    databaseUrl: await createDatabase(),
  });
  closers.push(() => server.close());
  const client = hiagentClient({ url: server.url, key: KEY });
  let isOver = false;
  const sweeping = (async () => {
    let closed = 0;
    while (!isOver) {
      closed += await server.store.turns.closeAbandoned({
        now: new Date(),
        ownTurns: server.app.turns.runningIds,
      });
    }
    return closed;
  })();
  const talk = async () => {
    const AppConversationID = await client.newConversation();
    for (let count = 0; count < 20; count++) {
      const stream = await client.stream("chat_query_v2", { AppConversationID, Query: `question ${count}` });
      expect(answerOf(await stream.all())).toBe(tokensText(3));
    }
    const rounds = await client.history(AppConversationID);
    return rounds.map((round) => round.AnswerInfo.Answer);
  };
  const answers = (await Promise.all(Array.from({ length: 8 }, talk))).flat();
  isOver = true;
  expect(await sweeping).toBe(0);
  expect(answers).toEqual(Array.from({ length: 160 }, () => tokensText(3)));
});
