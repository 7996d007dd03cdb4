import { describe, expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { Emitter } from "../callbacks/emit.ts";
import { standardFormat } from "../callbacks/standard-format.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { claim, endpoint } from "../storage/conformance/callback-factories.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import type { Store } from "../storage/store.ts";
import { rateAnswer } from "./answers.ts";
import { type Facts, SILENT_FACTS } from "./facts.ts";
import { aChatRoomOn, aConversation, anAgent, ask } from "./testing/fixtures.ts";

const AHEAD_MS = 60_000;

/** Two nodes, the clock of the first being ahead, and an endpoint that is told the latest of each rating. */
async function twoNodes() {
  const url = await createDatabase();
  const now = () => Date.now() + AHEAD_MS;
  const [ahead, other] = [await openPostgresStore({ url, now }), await openPostgresStore({ url })];
  onTestFinished(async () => {
    await Promise.all([ahead.close(), other.close()]);
  });
  const agent = await anAgent(other);
  const { workspaceId, id: agentId } = agent;
  const room = aChatRoomOn(other, scriptedModel(["ok"]));
  const { turnId, conversation, ended } = await ask(room, agent, await aConversation(other, agent), "Hi");
  await ended;
  const listener = await endpoint(other, {
    ...{ workspaceId, kind: "insight", eventTypes: ["feedback.changed"] },
    ...{ isOrdered: true, isCoalescing: true },
  });
  const turn = { id: turnId, conversationId: conversation.id, agentId };
  const rate = (store: Store, rating: "like" | "dislike" | "none") =>
    rateAnswer(
      { store, facts: factsOf(store) },
      { workspaceId, turn },
      { rater: "u1", rating, categories: [], comment: "" },
    );
  const told = async () => {
    const found = await other.outbox.listDeliveries({ endpointId: listener.id, limit: 9 });
    return Promise.all(
      found.map(async ({ bodyId, state }) => {
        const { data } = JSON.parse((await other.outbox.body(bodyId)) ?? "");
        return `${data.rating} ${state}`;
      }),
    );
  };
  return { ahead, other, listener, rate, told };
}

function factsOf({ newId }: Store): Facts {
  const formats = {
    standard: standardFormat,
    coze: standardFormat,
    "coze-channel": standardFormat,
    insight: standardFormat,
  };
  const emitter = new Emitter({ newId, formats });
  return {
    ...SILENT_FACTS,
    isHeard: (repositories, about) => emitter.isHeard(repositories, about),
    prepare: (repositories, fact, after) => emitter.prepare(repositories, fact, after),
  };
}

describe("changes of a rating on nodes whose clocks differ", () => {
  test("take the place of the earlier one that waits", async () => {
    const { ahead, other, rate, told } = await twoNodes();
    await rate(ahead, "like");
    await rate(other, "dislike");
    expect(await told()).toEqual(["dislike pending", "like superseded"]);
    await rate(ahead, "none");
    await rate(other, "like");
    expect(await told()).toEqual([
      "like pending",
      "none superseded",
      "dislike superseded",
      "like superseded",
    ]);
  });

  test("wait for the earlier one that is being sent, and are not lost when that fails", async () => {
    const { ahead, other, listener, rate, told } = await twoNodes();
    await rate(ahead, "like");
    const at = new Date(Date.now() + 2 * AHEAD_MS);
    expect(await claim(other, listener, { now: at, token: "t" })).toHaveLength(1);
    await rate(other, "dislike");
    expect(await claim(other, listener, { now: at })).toEqual([]);
    await other.outbox.giveBack(["t"]);
    expect(await told()).toEqual(["dislike pending", "like superseded"]);
    expect(await claim(other, listener, { now: at })).toHaveLength(1);
  });
});
