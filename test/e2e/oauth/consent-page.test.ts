import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import type { Workspace } from "../../../src/domain/agent.ts";
import type { WorkspaceId } from "../../../src/domain/ids.ts";
import { engines, type TestEngine } from "../../support/engines.ts";
import { ask } from "./token-client.ts";
import { alertOf, aVisitor, type Seen, type Visitor } from "./visitor.ts";
import { AUTHORIZE, CALLBACK, consentLink, openWorld, PASSWORD, type World } from "./world.ts";

const [sqlite] = engines as [TestEngine];

let world: World;
let user: User;
let visitor: Visitor;
beforeAll(async () => {
  world = await openWorld(sqlite);
  ({ user } = await world.aPerson());
  visitor = aVisitor(world.url);
  await visitor.signIn(user.name, PASSWORD);
});
afterAll(() => world?.close());

const isGranted = ({ location }: Seen) => location.startsWith(`${CALLBACK}&code=`);

describe("a link to the consent page", () => {
  test.each([
    ["a path that begins with the registered one", `${CALLBACK}/../evil`],
    ["a longer path", CALLBACK.replace("callback", "callback2")],
    ["more parameters", `${CALLBACK}&next=evil`],
    ["fewer parameters", CALLBACK.split("?")[0]],
    ["other capitals", CALLBACK.replace("callback", "Callback")],
    ["other capitals in the scheme", CALLBACK.replace("http", "HTTP")],
    ["a user name", CALLBACK.replace("http://", "http://evil.example@")],
    ["another port", CALLBACK.replace(":9", ":90")],
    ["a name that means the same", CALLBACK.replace("127.0.0.1", "127.1")],
    ["traversal", CALLBACK.replace("/callback", "/x/../callback")],
    ["an encoded letter", CALLBACK.replace("callback", "%63allback")],
    ["a fragment", `${CALLBACK}#x`],
    ["a space after it", `${CALLBACK} `],
    ["no host", "//evil.example/callback"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
  ])(
    "is answered with a page and leads nowhere when the redirect address has %s",
    async (_, redirectUri = "") => {
      const { clientId } = await world.anApp("web");
      for (const who of [visitor, aVisitor(world.url)]) {
        const seen = await who.get(consentLink(clientId, { redirect_uri: redirectUri, state: "s" }));
        expect(seen).toMatchObject({ status: 400, location: "" });
        expect(alertOf(seen)).toContain("not registered for this app");
        expect(seen.body).not.toMatch(/(?:href|action|src)="(?!\/api\/)/);
      }
    },
  );

  test("is answered with a page when the app is unknown, disabled, or of a kind without pages", async () => {
    const { app, clientId } = await world.anApp("web");
    await world.store.oauth.disableApp(app.id, new Date());
    const device = await world.anApp("device");
    for (const id of [clientId, "1", "", "__proto__", "9".repeat(400)]) {
      const seen = await visitor.get(consentLink(id));
      expect(seen).toMatchObject({ status: 400, location: "" });
      expect(alertOf(seen)).toContain("No app is known");
    }
    expect(alertOf(await visitor.get(consentLink(device.clientId)))).toContain("not registered");
  });

  test("is answered with a page when a parameter stands in it twice", async () => {
    const { clientId } = await world.anApp("web");
    const twice = `${consentLink(clientId)}&redirect_uri=${encodeURIComponent("https://evil.example")}`;
    const seen = await visitor.get(twice);
    expect(seen).toMatchObject({ status: 400, location: "" });
    expect(alertOf(seen)).toBe("The link has the parameter redirect_uri more than once.");
  });

  test.each<[string, "web" | "pkce", Record<string, string>, string]>([
    ["another response type", "web", { response_type: "token" }, "unsupported_response_type"],
    ["no response type", "web", { response_type: "" }, "unsupported_response_type"],
    ["no challenge from a PKCE app", "pkce", {}, "invalid_request"],
    ["an unknown challenge method", "pkce", challengeBy("S512"), "invalid_request"],
    ["a challenge with odd characters", "pkce", { code_challenge: "ä".repeat(43) }, "invalid_request"],
    ["a challenge that is too short", "web", { code_challenge: "short" }, "invalid_request"],
  ])("sends the app an error at its own address: %s", async (_, kind, change, error) => {
    const { clientId } = await world.anApp(kind);
    const seen = await visitor.get(consentLink(clientId, { state: "a b&c=1", ...change }));
    expect(seen.status).toBe(302);
    expect(seen.location.startsWith(`${CALLBACK}&error=${error}&`)).toBe(true);
    const query = new URL(seen.location).searchParams;
    expect(query.get("state")).toBe("a b&c=1");
    expect(query.get("code")).toBeNull();
    expect(query.get("from")).toBe("antiphon");
  });

  test("asks whoever is not signed in to sign in, and leads back to the same question", async () => {
    const { clientId } = await world.anApp("web");
    const stranger = aVisitor(world.url);
    const first = await stranger.get(consentLink(clientId, { state: "x y" }));
    expect(first).toMatchObject({ status: 303 });
    const form = await stranger.get(first.location);
    const entered = await stranger.submit(form, { user_name: user.name, password: PASSWORD });
    expect(entered.status).toBe(303);
    const asked = await stranger.get(entered.location);
    expect(asked.status).toBe(200);
    const allowed = await stranger.submit(asked, { decision: "allow" });
    expect(new URL(allowed.location).searchParams.get("state")).toBe("x y");
  });

  test("for a workspace is refused to those who do not belong to it, and to apps that may not use it", async () => {
    const { workspace } = await world.aPerson();
    const { clientId } = await world.anApp("web");
    const path = (id: unknown) => `/api/permission/oauth2/workspace_id/${id}/authorize`;
    for (const id of [workspace.id, 123, "x"]) {
      const seen = await visitor.get(consentLink(clientId, {}, path(id)));
      expect(seen).toMatchObject({ status: 404, location: "" });
      expect(alertOf(seen)).toContain("do not belong to");
    }
    const [own] = await world.store.users.memberships(user.id);
    const limited = await world.anApp("web", {
      scope: { permissions: ["chat"], workspaceIds: [workspace.id] },
    });
    expect((await visitor.get(consentLink(limited.clientId, {}, path(own?.workspaceId)))).status).toBe(404);
    expect((await visitor.get(consentLink(clientId, {}, path(own?.workspaceId)))).status).toBe(200);
  });
});

describe("who lets an app in", () => {
  test("is written down in every workspace that it then reaches; who does not is not", async () => {
    const { store } = world;
    const { user: owner, workspace } = await world.aPerson();
    const person = aVisitor(world.url);
    await person.signIn(owner.name, PASSWORD);
    const second: Workspace = { ...workspace, id: store.newId<WorkspaceId>(), name: "second" };
    await store.workspaces.save(second);
    const membership = { userId: owner.id, role: "member" as const, joinedAt: new Date() };
    await store.workspaces.saveMember({ ...membership, workspaceId: second.id });
    const web = await world.anApp("web", { scope: { permissions: ["chat"], workspaceIds: [workspace.id] } });
    const device = await world.anApp("device");
    const asked = await person.get(consentLink(web.clientId));
    await person.submit(asked, { decision: "deny" });
    await person.submit(asked, { decision: "allow" });
    const { body } = await ask(world.url, "/device/code", { client_id: device.clientId });
    await person.submit(await person.get(`/device?user_code=${body["user_code"]}`), { decision: "allow" });
    const entriesOf = async (workspaceId: WorkspaceId) =>
      (await store.audit.list({ workspaceId, limit: 10 })).map((entry) => {
        const { userId, via, family, action, subject, fields, address } = entry;
        return { userId, via, family, action, subject, fields, address };
      });
    const agreed = { userId: owner.id, via: "session", family: "oauth", fields: [], address: "127.0.0.1" };
    const onDevice = { ...agreed, action: "POST /device", subject: `oauth-apps/${device.clientId}` };
    expect(await entriesOf(second.id)).toEqual([onDevice]);
    expect(await entriesOf(workspace.id)).toEqual([
      onDevice,
      { ...agreed, action: `POST ${AUTHORIZE}`, subject: `oauth-apps/${web.clientId}` },
    ]);
  });
});

describe("forms", () => {
  test("without a token, with a wrong one or with another browser's nothing is decided", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(consentLink(clientId));
    const other = aVisitor(world.url);
    await other.signIn((await world.aPerson()).user.name, PASSWORD);
    const foreign = (await other.get(consentLink(clientId))).form?.fields["form_token"];
    expect(foreign).toBeDefined();
    for (const token of [undefined, "", "wrong", foreign]) {
      const seen = await visitor.submit(asked, { form_token: token, decision: "allow" });
      expect(seen).toMatchObject({ status: 403, location: "" });
      expect(alertOf(seen)).toContain("did not come from this page");
    }
    expect(isGranted(await visitor.submit(asked, { decision: "allow" }))).toBe(true);
  });

  test("sent by another site, as the browser says, are refused even with the token", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(consentLink(clientId));
    for (const site of ["cross-site", "same-site", "none"]) {
      const headers = { "sec-fetch-site": site };
      expect((await visitor.submit(asked, { decision: "allow" }, headers)).status).toBe(403);
    }
    const own = await visitor.submit(asked, { decision: "allow" }, { "sec-fetch-site": "same-origin" });
    expect(isGranted(own)).toBe(true);
  });

  test("of somebody who signed out meanwhile decide nothing", async () => {
    const { clientId } = await world.anApp("web");
    const leaving = aVisitor(world.url);
    await leaving.signIn(user.name, PASSWORD);
    const session = leaving.cookies.get("antiphon_session") ?? "";
    const asked = await leaving.get(consentLink(clientId));
    const home = await leaving.get("/sign-in");
    expect(home.body).toContain(user.name);
    expect((await leaving.submit(home)).status).toBe(303);
    expect(leaving.cookies.has("antiphon_session")).toBe(false);
    leaving.cookies.set("antiphon_session", session);
    expect((await leaving.submit(asked, { decision: "allow" })).status).toBe(403);
    expect((await leaving.get(consentLink(clientId))).status).toBe(303);
  });

  test("with another decision than the two, and JSON instead of a form, grant nothing", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(consentLink(clientId));
    for (const decision of [undefined, "maybe", "allow "]) {
      expect((await visitor.submit(asked, { decision })).status).toBe(400);
    }
    const token = asked.form?.fields["form_token"] ?? "";
    const response = await fetch(`${world.url}${consentLink(clientId)}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        cookie: [...visitor.cookies].map(([key, value]) => `${key}=${value}`).join("; "),
      },
      body: JSON.stringify({ form_token: token, decision: "allow" }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test("of the sign-in page are bound to the browser too: nobody is signed in as somebody else", async () => {
    const stranger = aVisitor(world.url);
    const form = await stranger.get("/sign-in");
    const fields = { user_name: user.name, password: PASSWORD };
    for (const token of [undefined, "wrong"]) {
      expect((await stranger.submit(form, { ...fields, form_token: token })).status).toBe(403);
    }
    const victim = aVisitor(world.url);
    const planted = { ...fields, form_token: form.form?.fields["form_token"] ?? "" };
    expect((await victim.post("/sign-in", planted)).status).toBe(403);
    expect(victim.cookies.has("antiphon_session")).toBe(false);
  });

  test("nothing is decided by GET", async () => {
    const { clientId } = await world.anApp("web");
    const seen = await visitor.get(consentLink(clientId, { decision: "allow", form_token: "x" }));
    expect(seen).toMatchObject({ status: 200, location: "" });
  });
});

function challengeBy(method: string): Record<string, string> {
  return { code_challenge: "c".repeat(43), code_challenge_method: method };
}
