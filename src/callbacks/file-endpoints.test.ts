import { describe, expect, test } from "vitest";
import { newCertificate } from "../../test/support/certificates.ts";
import { CALLBACK_EVENT_NAMES, callback } from "../config/file-callback-schema.ts";
import type { ChannelId } from "../domain/ids.ts";
import { openClientCertificate } from "./client-certificate.ts";
import { openHeaders, openSecrets } from "./endpoint-secrets.ts";
import { disableEndpoint } from "./endpoints.ts";
import { SUBSCRIBABLE_TYPES } from "./events.ts";
import { applyEndpoints } from "./file-endpoints.ts";
import { publicSigningKeys } from "./signing-keys.ts";
import { type EndpointDesk, openEndpointDesk } from "./testing/endpoint-desk.ts";

const URL = "https://orders.example.com/hooks";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async function apply({ store, services, workspaceId }: EndpointDesk, ...entries: object[]) {
  const wished = entries.map((entry) => callback.parse({ slug: "orders", url: URL, ...entry }));
  const channels = new Map([["robot", "77"]]);
  const { secretKey } = services;
  const around = { workspaceId, channels };
  return store.transaction((inside) =>
    applyEndpoints({ store, secretKey, now: () => new Date() }, inside, wished, around),
  );
}

async function stored({ store }: EndpointDesk) {
  const endpoint = await store.endpoints.findBySlug("orders");
  if (endpoint === undefined) throw new Error("not there");
  return endpoint;
}

test("a file may name exactly the events that endpoints may subscribe to", () => {
  expect([...CALLBACK_EVENT_NAMES].sort()).toEqual(SUBSCRIBABLE_TYPES.toSorted());
});

describe("an endpoint of the file", () => {
  test("is made once; the same file again changes nothing", async () => {
    const desk = await openEndpointDesk();
    const entry = { events: ["turn.completed"], headers: { "x-own": "1" }, retryDelaysSeconds: [5, 60] };
    expect(await apply(desk, entry)).toEqual(["created"]);
    const made = await stored(desk);
    expect(made).toMatchObject({
      name: "orders",
      kind: "standard",
      workspaceId: desk.workspaceId,
      url: URL,
      eventTypes: ["turn.completed"],
      retryDelaysMs: [5_000, 60_000],
      state: "active",
    });
    expect(openHeaders(desk.services.secretKey, made)).toEqual({ "x-own": "1" });
    expect(await apply(desk, entry)).toEqual(["unchanged"]);
    expect(await stored(desk)).toEqual(made);
    expect(desk.asked).toEqual([]);
  });

  test("keeps its secret until the file names another, and then both for a while", async () => {
    const desk = await openEndpointDesk();
    await apply(desk, {});
    const open = async () => openSecrets(desk.services.secretKey, await stored(desk), new Date());
    const [first = ""] = await open();
    expect(await apply(desk, { secret: SECRET })).toEqual(["updated"]);
    expect(await open()).toEqual([SECRET, first]);
    expect(await apply(desk, { secret: SECRET })).toEqual(["unchanged"]);
    expect(await apply(desk, {})).toEqual(["unchanged"]);
  });

  test("proves itself with what the file says, until the file says it no more", async () => {
    const desk = await openEndpointDesk();
    const { secretKey, store } = desk.services;
    const { cert, key } = newCertificate("antiphon.example");
    const entry = { asymmetric: true, clientCertificate: { certificate: cert, key } };
    await apply(desk, entry);
    expect(await publicSigningKeys(store)).toHaveLength(1);
    const made = await stored(desk);
    expect(made.isAsymmetric).toBe(true);
    expect(openClientCertificate(secretKey, made)).toEqual(entry.clientCertificate);
    expect(await apply(desk, entry)).toEqual(["unchanged"]);
    const renewed = newCertificate("antiphon.example");
    const clientCertificate = { certificate: renewed.cert, key: renewed.key };
    expect(await apply(desk, { ...entry, clientCertificate })).toEqual(["updated"]);
    expect(openClientCertificate(secretKey, await stored(desk))).toEqual(clientCertificate);
    await expect(apply(desk, { clientCertificate: { certificate: cert, key: renewed.key } })).rejects.toThrow(
      "callbacks, orders: clientCertificate.key: does not belong to the certificate",
    );
    expect(await apply(desk, {})).toEqual(["updated"]);
    const { isAsymmetric, encryptedClientCertificate } = await stored(desk);
    expect([isAsymmetric, encryptedClientCertificate]).toEqual([false, undefined]);
  });

  test.each([
    [{ kind: "coze", asymmetric: true }, "asymmetric"],
    [
      {
        url: "http://orders.example.com",
        clientCertificate: { certificate: "-----BEGIN ", key: "-----BEGIN " },
      },
      "clientCertificate",
    ],
    [{ clientCertificate: { certificate: "c.pem", key: "-----BEGIN " } }, "clientCertificate.certificate"],
  ])("that says %j is refused, naming %s", (wrong, field) => {
    const { error } = callback.safeParse({ slug: "orders", url: URL, ...wrong });
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual([field]);
  });

  test("that somebody disabled stays disabled, whatever else changes", async () => {
    const desk = await openEndpointDesk();
    await apply(desk, {});
    await disableEndpoint(desk.services, (await stored(desk)).id, "repairs");
    expect(await apply(desk, { maxInFlight: 2 })).toEqual(["updated"]);
    expect(await stored(desk)).toMatchObject({ state: "disabled", stateReason: "repairs", maxInFlight: 2 });
  });

  test("gets everything its kind knows when it names no events", async () => {
    const desk = await openEndpointDesk();
    await apply(desk, {});
    expect((await stored(desk)).eventTypes.toSorted()).toEqual(SUBSCRIBABLE_TYPES.toSorted());
  });

  test("may be a callback app of the workspace's owner, or of a channel, which is asked for verdicts", async () => {
    const desk = await openEndpointDesk();
    const robot = {
      id: 77 as ChannelId,
      name: "Robot",
      description: "",
      authorization: { mode: "none" },
    } as const;
    await desk.store.channels.save({ ...robot, ownerId: desk.ownerId, createdAt: new Date() });
    const app = { slug: "app", kind: "coze", events: ["agent.published"], secret: "a".repeat(64) };
    const channel = {
      slug: "robot-app",
      kind: "coze-channel",
      channel: "robot",
      events: ["agent.published"],
    };
    expect(await apply(desk, app, channel)).toEqual(["created", "created"]);
    const made = await desk.store.endpoints.findBySlug("app");
    expect(made).toMatchObject({ ownerId: desk.ownerId, eventTypes: ["agent.published"], isOrdered: true });
    expect(made && openSecrets(desk.services.secretKey, made, new Date())).toEqual(["a".repeat(64)]);
    expect(await desk.store.endpoints.findBySlug("robot-app")).toMatchObject({
      channel: "77",
      ownerId: desk.ownerId,
      eventTypes: ["agent.submitted"],
    });
    expect(await apply(desk, app, channel)).toEqual(["unchanged", "unchanged"]);
  });

  test.each([
    [{ agents: ["nobody"] }, "agents: there is no agent nobody"],
    [{ kind: "coze", owner: "nobody" }, "owner: there is no user nobody"],
    [{ headers: { host: "x" } }, "headers.host: is set by the server itself"],
    [{ secret: `whsec_${"A".repeat(33)}` }, "secret: must be whsec_"],
  ])("with %j is refused, naming the endpoint", async (wrong, problem) => {
    const desk = await openEndpointDesk();
    const applied = apply(desk, wrong);
    await expect(applied).rejects.toMatchObject({ code: "request_invalid", field: "callbacks" });
    await expect(applied).rejects.toThrow(`callbacks, orders: ${problem}`);
    expect(await desk.store.endpoints.findBySlug("orders")).toBeUndefined();
  });

  test("cannot become one of another kind", async () => {
    const desk = await openEndpointDesk();
    await apply(desk, {});
    await expect(apply(desk, { kind: "coze" })).rejects.toThrow("kind: is standard already");
  });
});

test.each([
  [{ kind: "coze", channel: "robot" }, "is only for coze-channel"],
  [{ kind: "coze-channel" }, "is needed for coze-channel"],
  [{ owner: "ann" }, "is only for coze"],
  [{ secret: "a".repeat(64) }, "must begin with whsec_"],
  [{ kind: "coze", secret: SECRET }, "must be letters and digits only"],
  [{ kind: "coze", events: ["turn.completed"] }, "is not for callback apps"],
])("the file refuses %j", (wrong, problem) => {
  const read = callback.safeParse({ slug: "orders", url: URL, ...wrong });
  expect(read.error?.issues.map(({ message }) => message).join()).toContain(problem);
});
