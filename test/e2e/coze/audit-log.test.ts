import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UserId, WorkspaceId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { type AgentsWorld, openAgentsWorld } from "./agents-world.ts";

describe.each(engines)("the audit log of the Coze API on $name", (engine) => {
  let world: AgentsWorld;
  beforeAll(async () => {
    world = await openAgentsWorld(engine);
  });
  afterAll(() => world.close());

  const entriesOf = (workspace: string) =>
    world.server.store.audit.list({ workspaceId: Number(workspace) as WorkspaceId, limit: 100 });

  test("it has who changed what, by the names of what was given, and neither values nor chats", async () => {
    const bot = await world.create({ prompt_info: { prompt: "a secret prompt" } });
    await world.call("owner", "POST /v1/bot/publish", { bot_id: bot, connector_ids: ["1024"] });
    const { id: conversation } = (await world.call("owner", "POST /v1/conversation/create", { bot_id: bot }))
      .json.data;
    await world.call("owner", `POST /v3/chat?conversation_id=${conversation}`, {
      bot_id: bot,
      user_id: "u",
      additional_messages: [{ role: "user", content: "hello", content_type: "text" }],
    });
    await world.call("owner", `DELETE /v1/conversations/${conversation}`);
    await world.call("owner", `POST /v1/bots/${bot}/unpublish`, { connector_id: "1024" });
    const entries = await entriesOf(world.home);
    const common = {
      userId: Number(world.userIds.owner) as UserId,
      via: "personal",
      family: "coze",
      subject: `agents/${bot}`,
      requestId: expect.stringMatching(/./),
      address: "127.0.0.1",
    };
    expect(entries).toMatchObject([
      { ...common, action: "POST /v1/bots/:bot_id/unpublish", fields: ["connector_id"] },
      { ...common, action: "POST /v1/bot/publish", fields: ["bot_id", "connector_ids"] },
      { ...common, action: "POST /v1/bot/create", fields: ["space_id", "name", "prompt_info"] },
      { action: "POST /v1/workspaces", subject: `workspaces/${world.away}` },
    ]);
    expect(JSON.stringify(entries)).not.toContain("secret");
  });

  test("what is made and changed elsewhere stands there, and what is refused nowhere", async () => {
    const before = (await entriesOf(world.home)).length;
    await world.call("owner", `PUT /v1/workspaces/${world.away}`, { name: "elsewhere" });
    const { id: app } = (await world.call("owner", "POST /v1/api_apps", { app_type: "normal", name: "mine" }))
      .json.data;
    await world.call("reader", "POST /v1/bot/create", { space_id: world.home, name: "no" });
    await world.call("member", `PUT /v1/workspaces/${world.away}`, { name: "no" });
    expect(await entriesOf(world.away)).toMatchObject([
      { action: "PUT /v1/workspaces/:workspace_id", subject: `workspaces/${world.away}`, fields: ["name"] },
    ]);
    const made = await entriesOf(world.home);
    expect(made).toHaveLength(before + 1);
    expect(made[0]).toMatchObject({ action: "POST /v1/api_apps", subject: `endpoints/${app}` });
  });
});
