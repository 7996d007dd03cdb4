import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../test/support/antiphon.ts";
import { eventually } from "../../test/support/eventually.ts";
import { createEndpoint } from "../callbacks/endpoints.ts";
import { openSecretKey } from "../config/secrets.ts";
import type { Agent } from "../domain/agent.ts";
import type { SubmissionId, VersionId } from "../domain/ids.ts";
import { FORMATS } from "../publish/testing/formats.ts";
import { runCommand } from "./testing/fake-terminal.ts";

let server: TestAntiphon;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startAntiphon({
    file: {
      models: [{ name: "m", provider: "extractive" }],
      users: [{ name: "ann", role: "owner" }, { name: "bob" }],
      channels: [{ slug: "market", name: "Market", owner: "bob" }],
      agents: [{ slug: "shop", name: "Shop", channels: [] }],
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
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

async function shop(): Promise<Agent> {
  const workspace = await server.store.workspaces.findByName("default");
  const found = workspace && (await server.store.agents.findBySlug(workspace.id, "shop"));
  if (found === undefined) throw new Error("no agent");
  return found;
}

/** A version that waited on the market and was never live there. */
async function submitInVain(): Promise<void> {
  const { store } = server;
  const market = await store.channels.findBySlug("market");
  const [live] = await store.submissions.current({ channel: String(market?.id) });
  if (live === undefined) throw new Error("nothing is live on the market");
  const submission = {
    ...live,
    id: store.newId<SubmissionId>(),
    versionId: store.newId<VersionId>(),
    versionNumber: 1,
    status: "auditing" as const,
  };
  const by = { kind: "system" } as const;
  await store.submissions.insert(submission, by);
  const { id } = submission;
  const end = { from: ["auditing"], to: "superseded", reason: "", by, now: new Date() } as const;
  await store.submissions.decide({ id, ...end });
}

describe("antiphon channel", () => {
  it("makes channels that workspaces may publish to, and deletes them with what is live there", async () => {
    const made = await run("channel", "create", "--name", "Bazaar", "--authorization", "device");
    const id = /^channel_id=(\d+)$/m.exec(made.written)?.[1] ?? "";
    expect(made.noted).toContain("channel Bazaar of ann, open to default");
    expect(lines((await run("channel", "list")).written).slice(1)).toEqual([
      [expect.any(String), "market", "Market", "bob", "none", "default"],
      [id, "Bazaar", "ann", "device", "default"],
    ]);
    expect((await run("agent", "publish", "shop", "--channels", `api,${id}`)).exitCode).toBe(0);
    expect((await run("channel", "delete", id)).exitCode).toBe(0);
    expect((await run("agent", "list")).written).toMatch(/Shop\s+default\s+api$/m);
    expect((await run("channel", "install", id, "--workspace", "default")).exitCode).toBe(1);
  });

  it("reads the secret of an OAuth channel from a file and keeps it sealed", async () => {
    const secret = join(server.dataDirectory, "secret.txt");
    await writeFile(secret, "very secret\n");
    const address = "https://market.example/oauth";
    const words = ["channel", "create", "--name", "O", "--authorization", "oauth", "--client-id", "a"];
    const addresses = ["--authorize-url", `${address}/authorize`, "--user-url", `${address}/user`];
    const missing = await run(...words, ...addresses);
    expect([missing.exitCode, missing.noted]).toEqual([1, expect.stringContaining("--token-url is needed")]);
    const rest = ["--token-url", `${address}/token`, "--client-secret-file", secret];
    expect((await run(...words, ...addresses, ...rest)).exitCode).toBe(0);
    const stored = JSON.stringify(await server.store.channels.list());
    expect(stored).toContain(`${address}/token`);
    expect(stored).not.toContain("very secret");
    const odd = await run(...words, ...addresses, "--token-url", "ftp://a", "--client-secret-file", secret);
    expect(odd.noted).toContain("authorization.tokenUrl: must be a web address");
  });
});

describe("antiphon agent", () => {
  it("publishes, goes back, unpublishes and tells the history beside a running server", async () => {
    const first = await run("agent", "publish", "shop", "--channels", "api,market");
    const version = /^version=(\d+)$/m.exec(first.written)?.[1] ?? "";
    expect(first.written).toContain("api: live\nmarket: live\n");
    await submitInVain();
    await run("agent", "publish", "shop", "--channels", "market", "--as", "ann");
    const back = await run("agent", "rollback", "shop", "--channel", "market");
    expect(back.written).toBe(`version=${version}\nmarket: live\n`);
    const gone = await run("agent", "unpublish", "shop", "--channel", "market", "--reason", "over");
    expect(gone.written).toBe("Shop is off market\n");
    const history = lines((await run("agent", "history", "shop", "--channel", "market")).written);
    expect(history.map(([, ...cells]) => cells.slice(2).join(" "))).toEqual([
      "status by why",
      "live → withdrawn ann over",
      expect.stringMatching(/^live → superseded antiphon version \d+ took its place$/),
      "live ann",
      expect.stringMatching(/^live → superseded antiphon version \d+ took its place$/),
      "live ann",
      "auditing → superseded antiphon",
      "auditing antiphon",
      "live ann",
    ]);
    expect((await run("agent", "unpublish", "shop", "--channel", "market")).noted).toContain("not published");
    expect((await run("agent", "publish", "shop", "--channels", "api", "--as", "bob")).exitCode).toBe(1);
    expect((await run("agent", "delete", "shop")).exitCode).toBe(0);
    expect((await run("agent", "list")).written).toBe("there are no agents\n");
  });

  it("publishes with what a channel offers, and decides in the name of the channel", async () => {
    const offer = ["channel", "offer", "market", "--key", "device_id", "--value", "7"];
    const publish = ["agent", "publish", "shop", "--channels", "api,market", "--choose"];
    expect((await run(...publish, "device_id=7")).noted).toContain("has no such option");
    expect((await run(...offer, "--label", "Robot", "--user", "bob")).exitCode).toBe(0);
    expect((await run(...publish, "device_id=7")).exitCode).toBe(1);
    expect((await run(...offer)).written).toBe("publishers to Market can choose 7 as device_id\n");
    expect((await run(...publish, "device_id")).noted).toContain("device_id is no choice");
    expect((await run(...publish, "device_id=7")).written).toContain("market: live");
    const [, live] = await server.store.submissions.current({ agentId: (await shop()).id });
    expect(live?.options).toEqual({ device_id: "7" });
    const decide = ["agent", "decide", "shop", "--channel", "market", "--verdict"];
    expect((await run(...decide, "reject", "--reason", "too loud")).written).toBe("market: rejected\n");
    expect((await run(...decide, "approve")).written).toBe("market: live\n");
    const history = (await run("agent", "history", "shop", "--channel", "market")).written;
    expect(history).toMatch(/live → rejected +bob \(for the channel\) +too loud/);
    expect((await run("agent", "decide", "shop", "--channel", "api", "--verdict", "approve")).exitCode).toBe(
      1,
    );
  });

  it("leaves it to the running server to ask a channel", async () => {
    const asked: string[] = [];
    const receiver = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end('{"audit":{"audit_status":3,"reason":"not today"}}');
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void receiver.close());
    const market = await server.store.channels.findBySlug("market");
    await createEndpoint(
      {
        store: server.store,
        secretKey: await openSecretKey(undefined, server.dataDirectory),
        outbound: { exchange: () => Promise.reject(new Error("no handshake")) },
        formats: FORMATS,
        endpointChanged() {},
      },
      {
        kind: "coze-channel",
        name: "Market",
        channel: String(market?.id),
        url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`,
        eventTypes: ["agent.submitted"],
      },
    );
    const published = await run("agent", "publish", "shop", "--channels", "market");
    expect(published.written).toContain("market: auditing (a running server asks");
    await eventually(async () => {
      const { written } = await run("agent", "history", "shop");
      expect(written).toContain("auditing → rejected");
      expect(written).toContain("not today");
    });
    expect(asked).toEqual(["/callback"]);
  });
});
