import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Arrival, Reaction } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { type CallbackWorld, openCallbackWorld, succeeded } from "./callback-world.ts";

/** What a receiver read of a `bot.published`. */
interface Read {
  botId: bigint;
  botName: string;
}

/**
 * The reading rules of the three official sample receivers: refuse what lacks the three headers or is signed wrongly,
 * look at `header.event_type`, then read `event.bot_id` as an integer of 64 bits and `event.bot_name` as text. Each
 * decodes as its language does. Source: spec page of the callbacks §3.2, §3.3, §5.1 and §7 9.
 */
const RECEIVERS: Record<string, (body: Buffer) => Read | undefined> = {
  /** Decodes into a structure with fixed types, as Go does: a number where text stands would fail, and unknown fields are skipped. */
  "a decoder of fixed types"(body) {
    const text = body.toString("utf8");
    if (textMember(text, "event_type") !== "bot.published") return undefined;
    const digits = /"bot_id":(-?\d+)[,}]/.exec(text)?.[1];
    if (digits === undefined) throw new TypeError("bot_id is no integer");
    const botId = BigInt(digits);
    if (BigInt.asIntN(64, botId) !== botId) throw new RangeError("bot_id is no integer of 64 bits");
    return { botId, botName: textMember(text, "bot_name") };
  },
  /** Decodes into a dictionary, where every member that is read must be there. */
  "a decoder into a dictionary"(body) {
    const content = JSON.parse(body.toString("utf8"));
    if (member(member(content, "header"), "event_type") !== "bot.published") return undefined;
    const event = member(content, "event");
    return { botId: BigInt(String(member(event, "bot_id"))), botName: String(member(event, "bot_name")) };
  },
  /** Decodes every number as a double, as JavaScript does: the id must be a whole number that has one. */
  "a decoder of doubles"(body) {
    const { header, event } = JSON.parse(body.toString("utf8"));
    if (header.event_type !== "bot.published") return undefined;
    if (!Number.isSafeInteger(event.bot_id)) throw new RangeError("bot_id loses digits");
    return { botId: BigInt(event.bot_id), botName: event.bot_name };
  },
};

describe.each(engines)("the official sample receivers on $name", (engine) => {
  let world: CallbackWorld;
  beforeAll(async () => {
    world = await openCallbackWorld(engine);
  });
  afterAll(() => world.close());

  test.each(Object.entries(RECEIVERS))(
    "%s accepts what a channel is asked, and approves it",
    async (_, read) => {
      const channel = await world.aChannel();
      const seen: Read[] = [];
      let verifyToken = "";
      const react = (arrival: Arrival) => answerTo(arrival, verifyToken, read, seen);
      verifyToken = (await world.anApp({ channel, events: ["bot.published"], react })).token;
      const botId = await world.aBot("示例 😀\u2028");
      succeeded(await world.publish(botId, ["1024", channel]));
      expect(seen).toEqual([{ botId: BigInt(botId), botName: "示例 😀\u2028" }]);
      expect((await world.submission(botId, channel))?.status).toBe("live");
    },
  );
});

function answerTo(
  { headers, body }: Arrival,
  verifyToken: string,
  read: (body: Buffer) => Read | undefined,
  seen: Read[],
): Reaction {
  const [timestamp, nonce, signature] = ["timestamp", "nonce", "signature"].map(
    (name) => headers[`x-coze-${name}`],
  );
  if (timestamp === undefined || nonce === undefined || signature === undefined) {
    return { status: 400, body: "missing signature headers" };
  }
  const expected = createHash("sha1")
    .update(timestamp + nonce + verifyToken)
    .update(body)
    .digest("hex");
  if (signature !== expected) return { status: 400, body: "bad signature" };
  const published = read(body);
  if (published === undefined) return {};
  seen.push(published);
  return {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audit: { audit_status: 2, reason: "" } }),
  };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
    throw new TypeError(`${name} is missing`);
  }
  return Reflect.get(value, name);
}

function textMember(json: string, name: string): string {
  const text = new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`).exec(json)?.[1];
  if (text === undefined) throw new TypeError(`${name} is no text`);
  return JSON.parse(text);
}
