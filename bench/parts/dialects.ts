import type { Bench, Part } from "../bench.ts";
import { type AntiphonProcess, findBotId, openInsight } from "../processes/antiphon.ts";
import { antiphonCandidate, baselines, type Candidate } from "./candidates.ts";
import {
  addedTime,
  addedTimeOf,
  busy,
  compare,
  cpuFor,
  firstTokenTail,
  firstTokenTime,
  loopDelay,
  rateByCpu,
  rateOf,
} from "./comparison.ts";
import { PACE_NOTE, pacedLevels } from "./tokens.ts";
import { turnFigures, turnLevels } from "./turns.ts";

/** The doors of one server side by side: the same agent, the same questions. */
export const dialects: Part = {
  name: "dialects",
  async run(bench) {
    const antiphon = await bench.antiphon();
    const candidates = await allDoors(bench, antiphon);
    const tables = [
      await compare(bench, candidates, {
        title: "Time to the first token through each door, upstream at a fixed pace",
        levelColumns: [{ title: "streams" }],
        levels: pacedLevels(bench),
        figures: [
          firstTokenTime,
          firstTokenTail,
          addedTime,
          addedTimeOf("of relay", "relay"),
          addedTimeOf("of HiAgent", "hiagent"),
          cpuFor("CPU us/turn", "completed"),
          loopDelay,
          busy,
        ],
        notes: [PACE_NOTE, '"of": the added time divided by the other\'s.', DOORS_NOTE],
      }),
      await compare(bench, candidates, {
        title: "Complete turns of 50 tokens per second through each door, streaming",
        levelColumns: [{ title: "streams" }],
        levels: turnLevels(bench),
        figures: [
          ...turnFigures,
          rateOf("of HiAgent", "hiagent", "completed"),
          rateByCpu("HiAgent by CPU", "hiagent", "completed"),
          loopDelay,
          busy,
        ],
        notes: [
          "The upstream sends each answer in one write. SQLite, every turn in a new conversation.",
          DOORS_NOTE,
        ],
      }),
    ];
    await antiphon.stop();
    return tables;
  },
};

const DOORS_NOTE =
  "HiAgent: chat_query_v2 with an app key. Coze: POST /v3/chat with a token. OpenAI: chat completions with an app key, which keep nothing, neither question nor answer. Insight: POST /openapi/bot/message with a token of an access key; its turns make their own conversations, those of HiAgent and Coze are made before.";

async function allDoors(bench: Bench, server: AntiphonProcess): Promise<Candidate[]> {
  const { url } = server;
  const { botId, caller } = await openInsight(url);
  return [
    ...(await baselines(bench)),
    antiphonCandidate("HiAgent", server),
    { name: "Coze", target: { kind: "coze", url, botId: await findBotId(url) }, server },
    { name: "OpenAI", target: { kind: "openai", url: `${url}/v1` }, server },
    { name: "Insight", target: { kind: "insight", url, botId, token: await caller.token() }, server },
  ];
}
