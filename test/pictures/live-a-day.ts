import type { Page } from "playwright-core";
import { issueToken } from "../../src/access/tokens.ts";
import { FULL_SCOPE } from "../../src/domain/access.ts";
import type { RunningServer } from "../../src/start-server.ts";
import { CallbackReceiver } from "../support/callback-receiver.ts";
import { eventually } from "../support/eventually.ts";
import type { Upstream } from "../support/upstream.ts";

/** Who asks what in the pictures, and what the model says. */
const TALK = {
  en: [
    ["anna", "Do you repair wheels?", "Yes, while you wait.", "like"],
    ["ben", "How much is a new tyre?", "From 20 to 60, fitted.", "like"],
    ["chris", "Are you open on Sunday?", "We open every day at nine.", "dislike"],
    ["dora", "Can I rent a bicycle for a week?", "Yes, bring your passport.", "none"],
    ["emil", "My brake squeaks.", "Clean the rim with alcohol first; if it goes on, come by.", "like"],
    ["anna", "And spokes?", "Spokes take **one day**.", "none"],
  ],
  zh: [
    ["小安", "你们修车轮吗？", "修的，可以立等。", "like"],
    ["小本", "换一条外胎多少钱？", "20 到 60 元，含安装。", "like"],
    ["小程", "周日营业吗？", "我们每天九点开门。", "dislike"],
    ["小朵", "可以租一周自行车吗？", "可以，请带上身份证。", "none"],
    ["小恩", "刹车有异响。", "先用酒精清洁车圈，仍有异响请到店检查。", "like"],
    ["小安", "辐条呢？", "换辐条需要**一天**。", "none"],
  ],
} as const;

const COMMENT = { en: "On Sunday the door was closed.", zh: "周日去了，门关着。" };

const DAY_MS = 86_400_000;
const OVER_TIME = { en: "Over time", zh: "变化趋势" };

/** Lets people talk to the agent through an API and rate it, and takes the pictures of README. */
export async function liveADay(scene: {
  page: Page;
  language: "en" | "zh";
  server: RunningServer;
  upstream: Upstream;
  agentUrl: string;
  shoot(name: string): Promise<void>;
}): Promise<void> {
  const { page, language, server, upstream, agentUrl, shoot } = scene;
  const owner = await server.store.users.findByName("olivia");
  const agentId = /agents\/(\d+)/.exec(agentUrl)?.[1];
  if (owner === undefined || agentId === undefined) throw new Error("the first agent is missing");
  const { text: token } = await issueToken(server.store, {
    kind: "personal",
    userId: owner.id,
    name: "pictures",
    scope: FULL_SCOPE,
    sessionName: "",
  });
  const call = async (method: string, path: string, body: object) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const receiver = await CallbackReceiver.start();
  try {
    receiver.behave("/antiphon", [{ status: 503, body: "busy" }, {}]);
    await call("POST", "/api/endpoints", {
      name: "CRM",
      url: `${receiver.url}/antiphon`,
      eventTypes: ["feedback.changed"],
    });
    for (const [user, question, answer, rating] of TALK[language]) {
      upstream.reply([answer]);
      const asked = await call("POST", "/v3/chat", {
        bot_id: agentId,
        user_id: user,
        stream: true,
        additional_messages: [{ role: "user", content_type: "text", content: question }],
      });
      const turnId = /"chat_id":"(\d+)"/.exec(await asked.text())?.[1];
      if (rating === "none") continue;
      const comment = rating === "dislike" ? COMMENT[language] : "";
      await call("PUT", `/api/turns/${turnId}/feedback`, { rating, categories: [], comment });
    }
    await eventually(() => receiver.arrivals.length >= 4);
    const period = new URLSearchParams({
      from: new Date(Date.now() - DAY_MS).toISOString(),
      until: new Date(Date.now() + DAY_MS).toISOString(),
      step: "day",
    });
    // Ratings are counted every few seconds.
    await eventually(async () => {
      const response = await fetch(`${server.url}/api/statistics?${period}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { totals } = (await response.json()) as { totals: { likes: number } };
      return totals.likes === TALK[language].filter(([, , , rating]) => rating === "like").length;
    });
    const open = async (path: string) => {
      await page.goto(server.url + path);
      await page.locator("#content h1").waitFor();
      await page.waitForLoadState("networkidle");
    };
    await open("/console/");
    await page.getByText(OVER_TIME[language]).waitFor();
    await shoot("overview");
    await open(new URL(agentUrl).pathname);
    await page.locator("strong").first().waitFor();
    await shoot("agent");
    await open("/console/conversations");
    await page.getByRole("link", { name: TALK[language][2][1] }).waitFor();
    await shoot("conversations");
    await open("/console/callbacks/deliveries");
    await page.locator("#content a[href*='/callbacks/deliveries/']").last().click();
    await page.locator("#content h1").waitFor();
    await page.waitForLoadState("networkidle");
    await shoot("delivery");
  } finally {
    await receiver.close();
  }
}
