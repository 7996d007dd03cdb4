import { describe, expect, test } from "vitest";
import type { AgentId, EventId } from "../domain/ids.ts";
import { fingerprintOf, openHeaders, openSecrets } from "./endpoint-secrets.ts";
import {
  changeSubscription,
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  pauseEndpoint,
  resumeEndpoint,
  rotateSecret,
  updateEndpoint,
} from "./endpoints.ts";
import { type EndpointDesk, openEndpointDesk } from "./testing/endpoint-desk.ts";

const HOUR_MS = 3_600_000;

describe("a new endpoint", () => {
  test("has a secret of its own, is stored, and those who send are told", async () => {
    const desk = await openEndpointDesk();
    const { endpoint, secret } = await desk.endpoint({ headers: { authorization: "Bearer x" } });
    expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(32);
    const stored = await desk.store.endpoints.find(endpoint.id);
    expect(stored).toMatchObject({ state: "active", timeoutMs: 15_000, maxInFlight: 4, isOrdered: false });
    const { secretKey } = desk.services;
    expect(stored && openSecrets(secretKey, stored, new Date())).toEqual([secret]);
    expect(stored && openHeaders(secretKey, stored)).toEqual({ authorization: "Bearer x" });
    expect(JSON.stringify(stored)).not.toContain("Bearer x");
    expect(desk.changed).toEqual([endpoint.id]);
    expect(desk.asked).toEqual([]);
  });

  test("of a callback app has a verify token of 64 letters and digits", async () => {
    const desk = await openEndpointDesk();
    const { secret, endpoint } = await createEndpoint(desk.services, { kind: "coze", name: "App" });
    expect(secret).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(endpoint.isOrdered).toBe(true);
  });

  test.each([
    [{ url: "ftp://example.com" }, "url"],
    [{ url: "https://user:secret@example.com" }, "url"],
    [{ url: "https://example.com/\r\nx" }, "url"],
    [{ url: "/hooks" }, "url"],
    [{ url: "https://" }, "url"],
    [{ url: "https://example.com:22/" }, "url"],
    [{ url: "https://example.com:1023/" }, "url"],
    [{ url: `https://${"a.".repeat(126)}com/` }, "url"],
    [{ url: `https://example.com/${"a".repeat(2_048)}` }, "url"],
    [{ name: " " }, "name"],
    [{ name: "n".repeat(129) }, "name"],
    [{ eventTypes: ["agent.submitted" as const] }, "eventTypes"],
    [{ eventTypes: ["agent.published\r\n" as "agent.published"] }, "eventTypes"],
    [{ agentIds: [1 as AgentId] }, "agentIds"],
    [{ headers: { "x-own": "a\r\nb: c" } }, "headers.x-own"],
    [{ headers: { "x own": "a" } }, "headers"],
    [{ headers: { "x-own\r\nb": "a" } }, "headers"],
    [{ headers: { Host: "example.com" } }, "headers.Host"],
    [{ headers: { "Content-Length": "1" } }, "headers.Content-Length"],
    [{ headers: { "Transfer-Encoding": "chunked" } }, "headers.Transfer-Encoding"],
    [{ headers: { connection: "close" } }, "headers.connection"],
    [{ headers: { "Webhook-Id": "x" } }, "headers.Webhook-Id"],
    [{ headers: { "X-Coze-Signature": "x" } }, "headers.X-Coze-Signature"],
    [{ timeoutMs: 2_999 }, "timeoutMs"],
    [{ timeoutMs: 30_001 }, "timeoutMs"],
    [{ maxInFlight: 0 }, "maxInFlight"],
    [{ ratePerSecond: 0.5 }, "ratePerSecond"],
    [{ retryDelaysMs: Array(21).fill(1_000) }, "retryDelaysMs"],
    [{ retryDelaysMs: [-1] }, "retryDelaysMs"],
    [{ secret: "whsec_short" }, "secret"],
    [{ secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, "secret"],
  ])("with %j is refused, naming %s, and nothing is stored", async (wrong, field) => {
    const desk = await openEndpointDesk();
    await expect(desk.endpoint(wrong)).rejects.toMatchObject({ code: "request_invalid", field });
    expect(await desk.store.endpoints.list({ limit: 10 })).toEqual([]);
  });

  test("may bring a secret of its own", async () => {
    const desk = await openEndpointDesk();
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    expect((await desk.endpoint({ secret })).secret).toBe(secret);
  });
});

describe("an address that has to be asked first", () => {
  const app = { kind: "coze", workspaceId: undefined } as const;

  test("is kept when it gives the challenge back", async () => {
    const desk = await openEndpointDesk();
    desk.answer = { status: 200, body: "challenge" };
    const { endpoint } = await desk.endpoint({ ...app, url: "https://apps.example.com" });
    expect(desk.asked).toMatchObject([{ url: "https://apps.example.com/", body: "challenge" }]);
    await updateEndpoint(desk.services, endpoint.id, { url: "https://apps.example.com/" });
    expect(desk.asked).toHaveLength(2);
  });

  test.each([
    ["nothing", undefined],
    ["something else", { status: 200, body: "other" }],
    ["a redirect", { status: 302, body: "challenge" }],
    ["an error", { status: 500, body: "challenge" }],
  ])("that answers %s is refused, and the old one stays", async (_, answer) => {
    const desk = await openEndpointDesk();
    desk.answer = { status: 200, body: "challenge" };
    const { endpoint } = await desk.endpoint({ ...app, url: "https://apps.example.com" });
    desk.answer = answer;
    const change = updateEndpoint(desk.services, endpoint.id, {
      url: "https://new.example.com",
      name: "New",
    });
    await expect(change).rejects.toMatchObject({ code: "request_invalid", field: "url" });
    expect(await desk.store.endpoints.find(endpoint.id)).toEqual(endpoint);
  });
});

describe("changing", () => {
  test("touches only what is given, and takes away what may be absent", async () => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint({ ratePerSecond: 5, headers: { "x-a": "1" } });
    const changed = await updateEndpoint(desk.services, endpoint.id, { name: "Other", ratePerSecond: null });
    const { ratePerSecond: _, ...rest } = endpoint;
    expect(changed).toEqual({ ...rest, name: "Other", updatedAt: changed.updatedAt });
    expect(await desk.store.endpoints.find(endpoint.id)).toEqual(changed);
  });

  test("a limit that is taken away is that of the kind again", async () => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint({ timeoutMs: 3_000, maxInFlight: 9 });
    const changed = await updateEndpoint(desk.services, endpoint.id, { timeoutMs: null, maxInFlight: null });
    expect(changed).toMatchObject({ timeoutMs: 15_000, maxInFlight: 4 });
  });

  test("subscriptions adds and takes away, and twice is the same as once", async () => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint();
    const { services } = desk;
    await changeSubscription(services, endpoint.id, { add: ["agent.deleted", "agent.published"] });
    await changeSubscription(services, endpoint.id, { remove: ["agent.published", "turn.failed"] });
    expect((await desk.store.endpoints.find(endpoint.id))?.eventTypes).toEqual(["agent.deleted"]);
  });

  test("what is not there says so", async () => {
    const desk = await openEndpointDesk();
    await expect(updateEndpoint(desk.services, 1 as never, {})).rejects.toMatchObject({ code: "not_found" });
    await expect(deleteEndpoint(desk.services, 1 as never)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("rotating the secret", () => {
  test("signs with both for the time of the overlap", async () => {
    const desk = await openEndpointDesk();
    const before = await desk.endpoint();
    const { endpoint, secret } = await rotateSecret(desk.services, before.endpoint.id, { overlapHours: 2 });
    const open = (afterMs: number) =>
      openSecrets(desk.services.secretKey, endpoint, new Date(Date.now() + afterMs));
    expect(open(0)).toEqual([secret, before.secret]);
    expect(open(2 * HOUR_MS + 1_000)).toEqual([secret]);
    expect(fingerprintOf(secret)).toMatch(/^[0-9a-f]{12}$/);
    expect(fingerprintOf(secret)).not.toBe(fingerprintOf(before.secret));
  });

  test("without overlap leaves one; never more than five are valid", async () => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint();
    for (let count = 0; count < 4; count++) await rotateSecret(desk.services, endpoint.id);
    await expect(rotateSecret(desk.services, endpoint.id)).rejects.toMatchObject({ field: "secret" });
    const { endpoint: after, secret } = await rotateSecret(desk.services, endpoint.id, { overlapHours: 0 });
    expect(openSecrets(desk.services.secretKey, after, new Date())).toEqual([secret]);
  });

  test.each([-1, 169, 1.5])("refuses an overlap of %s hours", async (overlapHours) => {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint();
    const rotation = rotateSecret(desk.services, endpoint.id, { overlapHours });
    await expect(rotation).rejects.toMatchObject({ field: "overlapHours" });
  });

  test("is not for callback apps", async () => {
    const desk = await openEndpointDesk();
    const { endpoint } = await createEndpoint(desk.services, { kind: "coze", name: "App" });
    await expect(rotateSecret(desk.services, endpoint.id)).rejects.toMatchObject({ field: "secret" });
  });
});

describe("the state of an endpoint", () => {
  async function withDelivery() {
    const desk = await openEndpointDesk();
    const { endpoint } = await desk.endpoint();
    await desk.emitter.emit(desk.store, desk.publication());
    return { desk, id: endpoint.id };
  }
  const statesOf = async ({ store }: EndpointDesk) =>
    (await store.outbox.listDeliveries({ limit: 10 })).map(({ state }) => state);

  test("paused and active again touches no delivery", async () => {
    const { desk, id } = await withDelivery();
    expect((await pauseEndpoint(desk.services, id)).state).toBe("paused");
    expect(await statesOf(desk)).toEqual(["pending"]);
    expect((await resumeEndpoint(desk.services, id)).state).toBe("active");
  });

  test("disabled holds what waits, until somebody decides to send it", async () => {
    const { desk, id } = await withDelivery();
    expect(await disableEndpoint(desk.services, id, "too slow")).toMatchObject({ stateReason: "too slow" });
    expect(await statesOf(desk)).toEqual(["held"]);
    await expect(resumeEndpoint(desk.services, id)).rejects.toMatchObject({ field: "state" });
    expect(await pauseEndpoint(desk.services, id)).toMatchObject({ state: "disabled" });
    expect(await enableEndpoint(desk.services, id, "deliver")).toMatchObject({
      state: "active",
      stateReason: "",
    });
    expect(await statesOf(desk)).toEqual(["pending"]);
  });

  test("disabled by hand is told to the others of its workspace, once", async () => {
    const { desk, id } = await withDelivery();
    await updateEndpoint(desk.services, id, { eventTypes: ["endpoint.disabled"] });
    const { endpoint: watch } = await desk.endpoint({ eventTypes: ["endpoint.disabled"] });
    await disableEndpoint(desk.services, id, "too slow");
    await disableEndpoint(desk.services, id, "too slow");
    const [event, ...more] = await desk.store.outbox.listEvents({
      workspaceId: desk.workspaceId,
      types: ["endpoint.disabled"],
      limit: 10,
    });
    const url = "https://orders.example.com/hooks";
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      subject: `endpoint:${id}`,
      data: { endpointId: id, name: "Orders", url, reason: "too slow" },
    });
    const told = await desk.store.outbox.listDeliveries({ eventId: event?.id as EventId, limit: 10 });
    expect(told).toMatchObject([{ endpointId: watch.id, state: "pending" }]);
    expect(desk.changed.slice(-3)).toEqual([id, watch.id, id]);
  });

  test("enabled without what was held drops it", async () => {
    const { desk, id } = await withDelivery();
    await disableEndpoint(desk.services, id, "");
    await enableEndpoint(desk.services, id, "drop");
    expect(await statesOf(desk)).toEqual(["dropped"]);
  });

  test("deleted drops what waits and is found no more", async () => {
    const { desk, id } = await withDelivery();
    await deleteEndpoint(desk.services, id);
    expect(await statesOf(desk)).toEqual(["dropped"]);
    expect(await desk.store.endpoints.find(id)).toBeUndefined();
    expect(desk.changed.at(-1)).toBe(id);
  });
});
