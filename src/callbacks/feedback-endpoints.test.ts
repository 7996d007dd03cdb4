import { describe, expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import type { DeliveryState, Endpoint } from "../domain/endpoint.ts";
import type { Fact } from "../domain/event.ts";
import type { AgentId, EndpointId } from "../domain/ids.ts";
import { anAgent } from "../storage/conformance/factories.ts";
import { curlCommand } from "./curl.ts";
import { INLINE_LIMIT } from "./emit.ts";
import {
  disableEndpoint,
  enableEndpoint,
  type NewEndpoint,
  rotateSecret,
  updateEndpoint,
} from "./endpoints.ts";
import { EVENT_EXAMPLES } from "./event-examples.ts";
import { fanOutRest } from "./fan-out.ts";
import { startReplay, stepReplays } from "./replays.ts";
import { resendDelivery } from "./resending.ts";
import { sendTestEvent } from "./test-event.ts";
import { type EndpointDesk, openEndpointDesk } from "./testing/endpoint-desk.ts";
import { type EngineDesk, FAST_CLOCK, openEngineDesk } from "./testing/engine-desk.ts";

const LISTENER = { kind: "insight", eventTypes: undefined, url: "https://im.example.com" } as const;

function rating(
  { workspaceId }: EndpointDesk,
  { subject = "turn:1", ...data }: { subject?: string; agentId?: AgentId } = {},
): Fact<"feedback.changed"> {
  const { data: example } = EVENT_EXAMPLES["feedback.changed"];
  return { type: "feedback.changed", workspaceId, subject, at: new Date(), data: { ...example, ...data } };
}

async function savedAgent({ store, workspaceId }: EndpointDesk): Promise<AgentId> {
  const agent = anAgent(store, { workspaceId });
  await store.agents.save(agent);
  return agent.id;
}

describe("an endpoint for ratings", () => {
  test("has what the document says where nobody says anything", async () => {
    const desk = await openEndpointDesk();
    const { endpoint, secret } = await desk.endpoint(LISTENER);
    expect(await desk.store.endpoints.find(endpoint.id)).toMatchObject({
      url: "https://im.example.com/v1/bot-message/feedback",
      eventTypes: ["feedback.changed"],
      timeoutMs: 10_000,
      maxInFlight: 8,
      isOrdered: true,
      isCoalescing: true,
      feedback: { ratings: ["none", "like", "dislike"], historyLimit: 50, isStrict: true },
    });
    expect(secret).toMatch(/^whsec_/);
  });

  test.each([
    ["https://im.example.com", "https://im.example.com/v1/bot-message/feedback"],
    ["https://im.example.com/?team=1", "https://im.example.com/v1/bot-message/feedback?team=1"],
    ["https://im.example.com/hooks/", "https://im.example.com/hooks/"],
  ])("at %s is told at %s, also when it moves there", async (url, told) => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint({ ...LISTENER, url });
    expect(endpoint.url).toBe(told);
    const { endpoint: other } = await desk.endpoint({ ...LISTENER, url: "https://old.example.com" });
    expect((await updateEndpoint(desk.services, other.id, { url })).url).toBe(told);
  });

  test("changes one option and keeps the others, and may have another secret", async () => {
    const desk = await openEndpointDesk();
    const { endpoint, secret } = await desk.endpoint({ ...LISTENER, feedback: { historyLimit: 3 } });
    const change = { isCoalescing: false, feedback: { ratings: ["dislike" as const], isStrict: false } };
    expect(await updateEndpoint(desk.services, endpoint.id, change)).toMatchObject({
      isCoalescing: false,
      feedback: { ratings: ["dislike"], historyLimit: 3, isStrict: false },
    });
    const rotated = await rotateSecret(desk.services, endpoint.id, { overlapHours: 1 });
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.endpoint.secrets).toHaveLength(2);
  });

  test.each<[Partial<NewEndpoint>, string]>([
    [{ eventTypes: ["turn.completed"] }, "eventTypes"],
    [{ eventTypes: [] }, "eventTypes"],
    [{ timeoutMs: 999 }, "timeoutMs"],
    [{ timeoutMs: 30_001 }, "timeoutMs"],
    [{ isOrdered: false }, "isOrdered"],
    [{ isAsymmetric: true }, "isAsymmetric"],
    [{ feedback: { historyLimit: 201 } }, "historyLimit"],
    [{ feedback: { historyLimit: -1 } }, "historyLimit"],
    [{ feedback: { ratings: [] } }, "ratings"],
    [{ headers: { "X-Feedback-Revision": "9" } }, "headers.X-Feedback-Revision"],
    [{ headers: { "x-delivery-attempt": "9" } }, "headers.x-delivery-attempt"],
    [{ headers: { "Content-Encoding": "gzip" } }, "headers.Content-Encoding"],
    [{ secret: `whsec_${Buffer.alloc(23).toString("base64")}` }, "secret"],
    [{ secret: `whsec_${Buffer.alloc(65).toString("base64")}` }, "secret"],
    [{ secret: "letters4and8digits0only" }, "secret"],
  ])("with %j is refused, naming %s", async (wrong, field) => {
    const desk = await openEndpointDesk();
    const made = desk.endpoint({ ...LISTENER, ...wrong });
    await expect(made).rejects.toMatchObject({ code: "request_invalid", field });
  });

  test("alone has options of ratings, and a workspace has no more than ten of them", async () => {
    const desk = await openEndpointDesk();
    const wrong = desk.endpoint({ feedback: { historyLimit: 1 } });
    await expect(wrong).rejects.toMatchObject({ field: "feedback" });
    await expect(desk.endpoint({ isCoalescing: true })).rejects.toMatchObject({ field: "isCoalescing" });
    for (let count = 0; count < 10; count++) await desk.endpoint(LISTENER);
    await expect(desk.endpoint(LISTENER)).rejects.toMatchObject({ field: "kind" });
    await desk.endpoint();
  });
});

describe("a rating of an agent that has an endpoint of its own", () => {
  test("is not told to those of all agents, on whichever page of listeners each stands", async () => {
    const desk = await openEndpointDesk();
    const { store, emitter } = desk;
    const [own, other] = [await savedAgent(desk), await savedAgent(desk)];
    const { endpoint: early } = await desk.endpoint(LISTENER);
    for (let count = 0; count < INLINE_LIMIT; count++) {
      await desk.endpoint({ eventTypes: ["feedback.changed"] });
    }
    const { endpoint: shadow } = await desk.endpoint({ ...LISTENER, agentIds: [own] });
    const { endpoint: late } = await desk.endpoint(LISTENER);
    await disableEndpoint(desk.services, shadow.id, "by hand");

    const told = async (agentId: AgentId) => {
      const emission = await emitter.emit(store, rating(desk, { agentId }));
      await fanOutRest({ store, emitter });
      const eventId = emission?.event.id ?? (0 as never);
      const deliveries = await store.outbox.listDeliveries({ eventId, limit: 100 });
      const kinds = new Map([early, shadow, late].map((endpoint) => [endpoint.id, endpoint]));
      return deliveries.map(({ endpointId }) => endpointId).filter((id) => kinds.has(id));
    };
    expect(await told(own)).toEqual([shadow.id]);
    expect((await told(other)).sort()).toEqual([early.id, late.id].sort());
  });

  test("does not come to those of all agents by a replay either", async () => {
    const desk = await openEndpointDesk();
    const { store, emitter } = desk;
    const [own, other] = [await savedAgent(desk), await savedAgent(desk)];
    const { endpoint } = await desk.endpoint(LISTENER);
    await desk.endpoint({ ...LISTENER, agentIds: [own] });
    for (const agentId of [own, other]) await emitter.emit(store, rating(desk, { agentId }));
    await startReplay(desk, { endpointId: endpoint.id, since: new Date(0), isOnlyFailed: false });
    await stepReplays({ store, emitter }, () => true);
    const deliveries = await store.outbox.listDeliveries({ endpointId: endpoint.id, limit: 10 });
    expect(deliveries.map(({ trigger }) => trigger).sort()).toEqual(["event", "replay"]);
  });
});

/** States of the deliveries to one endpoint, oldest first. */
async function statesAt({ store }: EndpointDesk, endpointId: EndpointId): Promise<DeliveryState[]> {
  const deliveries = await store.outbox.listDeliveries({ endpointId, limit: 100 });
  return deliveries.map(({ state }) => state).reverse();
}

async function given(desk: EndpointDesk, { id }: Endpoint, state: DeliveryState): Promise<void> {
  await eventually(async () => (await statesAt(desk, id)).every((one) => one === state));
}

describe("headers that belong to a body", () => {
  test("come along with every attempt, with what is sent again, replayed or tried, and in the command for a shell", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    const { store, services } = desk;
    const answers = [500, 204];
    desk.react("im", () => answers.shift() ?? 204);
    const endpoint = await desk.listen("im", { kind: "insight", eventTypes: undefined });
    const managing = {
      ...services,
      endpointChanged: (id: EndpointId) => desk.callbacks.endpointChanged(id),
    };
    await desk.happen(rating(desk));
    await given(desk, endpoint, "delivered");
    const [delivery] = await store.outbox.listDeliveries({ limit: 1 });
    if (delivery === undefined) throw new Error("nothing was sent");
    expect(delivery.orderKey).toBe("about turn:1");
    await resendDelivery(managing, delivery.id);
    await sendTestEvent(managing, {
      endpointId: endpoint.id,
      type: "feedback.changed",
      workspaceId: desk.workspaceId,
    });
    await startReplay(desk, { endpointId: endpoint.id, since: new Date(0), isOnlyFailed: false });
    const about = () => desk.received("im").map(({ headers }) => headers["x-about"]);
    await eventually(() => about().length === 5);
    expect(about().sort()).toEqual([`test:${endpoint.id}`, ...Array(4).fill("turn:1")].sort());
    expect(await curlCommand(services, delivery, endpoint)).toContain("-H 'x-about: turn:1'");
  });
});

describe("changes of one rating", () => {
  const flips = async (more: Partial<NewEndpoint>) => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    let isDown = true;
    desk.react("im", () => (isDown ? 503 : 204));
    const endpoint = await desk.listen("im", { kind: "insight", eventTypes: undefined, ...more });
    for (let count = 0; count < 3; count++) await desk.happen(rating(desk));
    await desk.happen(rating(desk, { subject: "turn:2" }));
    await eventually(() => desk.received("im").length >= 2);
    isDown = false;
    await eventually(async () => {
      const states = await statesAt(desk, endpoint.id);
      return states.every((state) => state === "delivered" || state === "superseded");
    });
    return statesAt(desk, endpoint.id);
  };

  test("that are not delivered give way to the last one, and to no other rating's", async () => {
    expect(await flips({})).toEqual(["superseded", "superseded", "delivered", "delivered"]);
  });

  test("are all sent where that is wished", async () => {
    expect(await flips({ isCoalescing: false })).toEqual(Array(4).fill("delivered"));
  });

  test("are all sent once more where somebody asks for all of them", async () => {
    const desk = await openEndpointDesk();
    const { store, emitter } = desk;
    const { endpoint } = await desk.endpoint(LISTENER);
    for (let count = 0; count < 2; count++) await emitter.emit(store, rating(desk));
    const since = new Date(0);
    await startReplay(desk, { endpointId: endpoint.id, since, isOnlyFailed: false, ratePerSecond: 1 });
    for (let step = 0; step < 2; step++) await stepReplays({ store, emitter }, () => true);
    const deliveries = await store.outbox.listDeliveries({ endpointId: endpoint.id, limit: 10 });
    const told = deliveries.map(({ trigger, state }) => `${trigger} ${state}`).reverse();
    expect(told).toEqual(["event superseded", "event pending", "replay pending", "replay pending"]);
  });
});

describe("an endpoint that refuses", () => {
  const attemptsAt = async (desk: EngineDesk) => {
    const [delivery] = await desk.store.outbox.listDeliveries({ limit: 1 });
    return delivery && (await desk.store.outbox.attempts(delivery.id)).length;
  };

  test.each([
    [404, 2],
    [500, 10],
  ])("with %i is asked %i times altogether", async (status, count) => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    desk.react("im", status);
    const retryDelaysMs = Array(9).fill(1);
    const endpoint = await desk.listen("im", { kind: "insight", eventTypes: undefined, retryDelaysMs });
    await desk.happen(rating(desk));
    await given(desk, endpoint, "exhausted");
    expect(await attemptsAt(desk)).toBe(count);
  });

  test("is disabled after fifty events in a row, and gets fifty more when somebody enables it", async () => {
    const desk = await openEngineDesk({ clock: FAST_CLOCK });
    desk.react("im", 404);
    const endpoint = await desk.listen("im", { kind: "insight", eventTypes: undefined, retryDelaysMs: [] });
    const watch = await desk.listen("watch", { eventTypes: ["endpoint.disabled"] });
    const lose = async (count: number) => {
      const before = (await statesAt(desk, endpoint.id)).length;
      for (let made = 0; made < count; made++) await desk.happen(rating(desk, { subject: `turn:${made}` }));
      await eventually(async () => {
        const states = (await statesAt(desk, endpoint.id)).slice(before);
        return states.length === count && states.every((state) => state === "exhausted");
      });
    };
    await lose(49);
    expect(await desk.state(endpoint.id)).toBe("active");
    await lose(1);
    await eventually(async () => (await desk.state(endpoint.id)) === "disabled");
    expect((await desk.store.endpoints.find(endpoint.id))?.stateReason).toContain("50 events");
    await eventually(() => desk.received("watch").length === 1);
    expect(watch.state).toBe("active");
    const managing = {
      ...desk.services,
      endpointChanged: (id: EndpointId) => desk.callbacks.endpointChanged(id),
    };
    await enableEndpoint(managing, endpoint.id, "deliver");
    await lose(1);
    expect(await desk.state(endpoint.id)).toBe("active");
  });
});
