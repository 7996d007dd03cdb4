import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../test/support/antiphon.ts";
import { CallbackReceiver, contentOf } from "../../test/support/callback-receiver.ts";
import { eventually } from "../../test/support/eventually.ts";
import { tail } from "./tail.ts";
import { type FakeTerminal, fakeTerminal, runCommand } from "./testing/fake-terminal.ts";

let server: TestAntiphon;
let receiver: CallbackReceiver;
let environment: Record<string, string>;

beforeAll(async () => {
  receiver = await CallbackReceiver.start();
  const allowed = { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32", ANTIPHON_LOG_LEVEL: "silent" };
  server = await startAntiphon({
    file: {
      users: [{ name: "ann", role: "owner" }],
      agents: [{ slug: "shop", name: "Shop", prompt: "Be brief.", appKey: "d5k2m8s7q1v3c9n4b6t0" }],
    },
    environment: allowed,
  });
  environment = { ...allowed, ANTIPHON_DATA: server.dataDirectory };
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});
beforeEach(() => receiver.forget());

const run = (...words: string[]) => runCommand(["callbacks", ...words], environment);

async function ok(...words: string[]): Promise<string> {
  const terminal = await run(...words);
  expect({ words, exitCode: terminal.exitCode, noted: terminal.noted }).toMatchObject({ exitCode: 0 });
  return terminal.written;
}

/** What was printed as `name=value`. */
function valuesOf(written: string): Record<string, string> {
  return Object.fromEntries([...written.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

async function add(path: string, ...words: string[]): Promise<Record<string, string>> {
  const made = valuesOf(await ok("add", receiver.url + path, "--name", path.slice(1), ...words));
  if (made["secret"] !== undefined) receiver.trust(path, { webhookSecrets: [made["secret"]] });
  return made;
}

async function beginConversation(): Promise<void> {
  const created = await fetch(`${server.url}/api/v1/create_conversation`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: "d5k2m8s7q1v3c9n4b6t0" },
    body: JSON.stringify({ UserID: "u" }),
  });
  expect(created.status).toBe(200);
}

/** How long a running server may take to notice what a command wrote. */
const NOTICE = 15_000;

describe("antiphon callbacks, beside a running server", () => {
  test("change gives an endpoint another address and other events, or says what is wrong with them", async () => {
    await add("/before", "--event", "agent.published");
    const url = `${receiver.url}/after`;
    const change = ["change", "before", "--url", url, "--event", "turn.completed", "turn.failed"];
    expect(await ok(...change)).toBe(`endpoint before gets turn.completed, turn.failed at ${url}\n`);
    expect(await ok("change", "before", "--name", "moved")).toContain(`at ${url}`);
    expect((await run("change", "moved", "--event", "turn.complete")).noted).toContain("turn.completed");
    expect((await run("change", "moved", "--url", "ftp://a")).noted).toContain("url: ");
    expect(await ok("show", "moved")).toContain("turn.completed, turn.failed");
  });

  test("add prints id and secret; a test event arrives signed; attempts shows all of it", async () => {
    const { id, secret } = await add(
      "/added",
      "--event",
      "agent.published",
      "--header",
      "x-own: o",
      "--agent",
      "shop",
    );
    expect(secret).toMatch(/^whsec_/);
    expect(await ok("list")).toContain(`${id}`);
    const shown = await ok("show", "added");
    expect(shown).toContain("agent.published");
    expect(shown).toContain("x-own");
    expect(shown).not.toContain(secret);
    expect(await ok("show", "added", "--secrets")).toContain(secret);
    const [, delivery = ""] = /delivery (\d+) of agent.published/.exec(await ok("test", "added")) ?? [];
    await eventually(() => expect(receiver.at("/added")).toHaveLength(1), NOTICE);
    expect(receiver.badSignatures()).toEqual([]);
    const [arrival] = receiver.at("/added");
    expect(arrival?.headers["x-own"]).toBe("o");
    await eventually(
      async () => expect(await ok("attempts", delivery)).toContain("attempt 1 (test)"),
      NOTICE,
    );
    const told = await ok("attempts", delivery);
    expect(told).toContain(arrival?.body.toString("utf8"));
    expect(told).toMatch(/ok 200 in \d+ ms/);
    expect(await ok("attempts", delivery, "--curl")).toContain("curl -sS -i -X POST");
    expect(await ok("deliveries", "added", "--state", "delivered")).toContain(delivery);
    expect(await ok("events", "--event", "agent.published")).toContain(`test:${id}`);
  });

  test("resend and replay send again, and disable holds until enable", async () => {
    const { id } = await add("/again", "--event", "conversation.created");
    await ok("disable", "again", "--reason", "repairs");
    await beginConversation();
    expect(await ok("deliveries", String(id), "--state", "held")).toContain("conversation.created");
    await ok("enable", "again");
    await eventually(() => expect(receiver.at("/again")).toHaveLength(1), NOTICE);
    expect(contentOf(receiver.at("/again")[0] ?? { body: Buffer.alloc(0) })).toMatchObject({
      type: "conversation.created",
    });
    await eventually(async () =>
      expect(await ok("deliveries", "again", "--state", "delivered")).toMatch(/\d{10}/),
    );
    const [, delivery = ""] = /^(\d{10,16})/m.exec(await ok("deliveries", "again")) ?? [];
    await ok("resend", delivery);
    await eventually(() => expect(receiver.at("/again")).toHaveLength(2), NOTICE);
    await ok("replay", "again", "--since", "1h", "--all");
    await eventually(() => expect(receiver.at("/again")).toHaveLength(3), NOTICE);
    expect(new Set(receiver.at("/again").map((arrival) => arrival.id)).size).toBe(1);
  }, 60_000);

  test("tail prints what happens until it is told to end", async () => {
    await add("/tailed", "--event", "conversation.created");
    const terminal: FakeTerminal = fakeTerminal(environment);
    const tailing = tail(terminal, "tailed");
    onTestFinished(() => {
      terminal.signal("SIGINT");
      return tailing;
    });
    await eventually(() => expect(terminal.noted).toContain("waiting for deliveries"));
    // Another command of this process would wait for the tail, and the tail for it.
    await beginConversation();
    await eventually(
      () => expect(terminal.written).toMatch(/→ tailed: delivered\n {2}attempt 1 \(event\)/),
      NOTICE,
    );
  });

  test("rotate, pause and delete do as they say", async () => {
    const { secret } = await add("/turned");
    const rotated = valuesOf(await ok("rotate", "turned", "--overlap", "0"));
    expect(rotated["secret"]).not.toBe(secret);
    expect(await ok("pause", "turned")).toContain("is paused");
    expect(await ok("enable", "turned")).toContain("is active");
    await ok("delete", "turned");
    expect((await run("show", "turned")).exitCode).toBe(1);
  });

  test("an endpoint for ratings is told of them alone, as it wishes", async () => {
    const words = [
      "--kind",
      "insight",
      "--rating",
      "dislike",
      "--history",
      "5",
      "--no-strict",
      "--no-coalesce",
    ];
    await add("/im", ...words);
    expect(await ok("show", "im")).toMatch(/^ratings: +dislike; history 5; not strict; every change$/m);
    await ok("test", "im");
    const arrival = await eventually(() => receiver.at("/im")[0] ?? false, NOTICE);
    expect(arrival !== false && contentOf(arrival).feedbackStatus).toBe("thumb-down");
    expect(receiver.badSignatures()).toEqual([]);
  });

  test("a callback app needs an address that answers its challenge", async () => {
    receiver.behave("/app", (arrival) => ({
      body: JSON.stringify({ challenge: contentOf(arrival).event?.challenge }),
    }));
    const made = await add("/app", "--kind", "coze", "--event", "bot.published");
    expect(made["verify_token"]).toMatch(/^[A-Za-z0-9]{64}$/);
    receiver.behave("/deaf", { status: 404 });
    const refused = await run("add", `${receiver.url}/deaf`, "--kind", "coze");
    expect(refused.exitCode).toBe(1);
    expect(refused.noted).toContain("url: the address did not answer the challenge");
  });

  test.each([
    [["add", "nonsense"], "url: must be a whole address"],
    [["add", "https://example.com", "--event", "agent.publish"], "Did you mean agent.published?"],
    [["add", "https://example.com", "--header", "nonsense"], "is no header"],
    [["add", "https://example.com", "--header", "host: x"], "headers.host: is set by the server itself"],
    [["add", "https://example.com", "--agent", "nobody"], "there is no agent nobody"],
    [["add", "https://example.com", "--kind", "insight", "--rating", "bad"], "there is no rating bad"],
    [["add", "https://example.com", "--kind", "insight", "--event", "turn.completed"], "feedback.changed"],
    [["add", "https://example.com", "--history", "3"], "feedback: is only for endpoints of the kind insight"],
    [["show", "nobody"], "there is no endpoint nobody"],
    [["attempts", "1"], "there is no delivery 1"],
    [["replay", "nobody", "--since", "yesterday"], "Write 30m, 12h, 2d"],
  ])("%j fails and says why", async (words, reason) => {
    const terminal = await run(...words);
    expect(terminal.exitCode).toBe(1);
    expect(terminal.noted).toContain(reason);
  });
});
