import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../test/support/antiphon.ts";
import { hiagentClient } from "../../test/support/hiagent-client.ts";
import { insightClient } from "../../test/support/insight-client.ts";
import { botIdOf } from "../dialects/insight/callable-agent.ts";
import { formatUuid } from "../dialects/insight/ids.ts";
import { runCommand } from "./testing/fake-terminal.ts";

const APP_KEY = "sessioncommands00001";
const ACCESS_KEY = { id: "session-commands", secret: "session-commands-secret" };

let server: TestAntiphon;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startAntiphon({
    file: {
      models: [{ name: "m", provider: "extractive" }],
      users: [{ name: "ann", role: "owner" }],
      agents: [{ slug: "shop", name: "Shop", appKey: APP_KEY }],
      insight: { accessKeys: [ACCESS_KEY] },
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
  });
  environment = { ANTIPHON_DATA: server.dataDirectory, ANTIPHON_LOG_LEVEL: "silent" };
});
afterEach(() => server.close());

const run = (...words: string[]) => runCommand(words, environment);

/** Lines of a table without its widths. */
const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/\s{2,}/));

async function shopId() {
  const [workspace] = await server.store.workspaces.list();
  const agent = workspace && (await server.store.agents.findBySlug(workspace.id, "shop"));
  if (agent === undefined) throw new Error("no agent");
  return agent.id;
}

async function ask(message: string) {
  const client = insightClient({
    url: server.url,
    accessKeyId: ACCESS_KEY.id,
    accessKeySecret: ACCESS_KEY.secret,
  });
  return client.ask({ botId: botIdOf(await shopId()), sessionId: "wx-17", message });
}

describe("antiphon session", () => {
  it("gives a session of Insight to a person and back, while the server runs", async () => {
    await ask("hello");
    expect((await run("session", "list")).written).toBe("no conversation is with a person\n");
    const held = await run("session", "hold", "wx-17", "--agent", "shop", "--reason", "angry");
    expect(held.written).toMatch(/^\d+ is with a person/);
    const id = /^\d+/.exec(held.written)?.[0] ?? "";
    expect((await run("session", "hold", id)).written).toBe(`${id} was with a person already\n`);
    expect(await ask("anybody there?")).toMatchObject({ message: "", handover: true, outputActions: [] });
    const [heads, ...rows] = lines((await run("session", "list")).written);
    expect(heads).toEqual([
      "id",
      "session",
      "agent",
      "user",
      "channel",
      "with a person since",
      "quiet since",
    ]);
    const time = expect.stringMatching(/^\d{4}-/);
    expect(rows).toEqual([[id, "wx-17", "shop", "wx-17", "api", time, time]]);
    expect((await run("session", "release", id)).written).toBe(`${id} is with its agent again\n`);
    expect((await run("session", "release", id)).written).toBe(`${id} was not with a person\n`);
    expect(await ask("hello again")).toMatchObject({ handover: false });
  });

  it("knows conversations of other families by their id in either spelling", async () => {
    const app = hiagentClient({ url: server.url, key: APP_KEY, userId: "u-9" });
    await app.newConversation();
    const [conversation] = await server.store.conversations.list(await shopId(), "u-9", 1);
    const id = conversation?.id ?? 0;
    const uuid = formatUuid("conversation", id);
    for (const spelling of [String(id), uuid]) {
      const shown = lines((await run("session", "show", spelling)).written);
      expect(shown).toEqual(
        expect.arrayContaining([
          ["id", String(id)],
          ["session", uuid],
          ["agent", "shop"],
          ["user", "u-9"],
          ["with", "the agent"],
        ]),
      );
    }
    await run("session", "hold", uuid);
    expect((await run("session", "show", uuid)).written).toMatch(/^with +a person, since \d{4}-/m);
    expect(lines((await run("session", "list", "--workspace", "default")).written)).toHaveLength(2);
  });

  it("says what to do about a session it does not know", async () => {
    const unnamed = await run("session", "show", "wx-18");
    expect([unnamed.exitCode, unnamed.noted]).toEqual([
      1,
      "there is no session wx-18. Name its agent with --agent where the session's caller chose its id\n",
    ]);
    const unknown = await run("session", "release", "wx-18", "--agent", "shop");
    expect([unknown.exitCode, unknown.noted]).toEqual([
      1,
      "there is no session wx-18. See antiphon session list\n",
    ]);
    expect((await run("session", "hold", "x", "--agent", "nobody")).exitCode).toBe(1);
  });
});
