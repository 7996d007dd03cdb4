import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { AnyFact } from "../domain/event.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { PlainFact } from "./emit.ts";
import { newSecret, openSecrets } from "./endpoint-secrets.ts";
import { exampleEvent } from "./events.ts";
import { keepOperatorEndpoint, OPERATIONAL_TYPES, operatorEndpoint } from "./operator-endpoint.ts";
import { type EndpointDesk, openEndpointDesk } from "./testing/endpoint-desk.ts";

const url = "https://pager.example.com/hooks";

async function aKeptOperator(): Promise<{
  desk: EndpointDesk;
  keep: (wish: Parameters<typeof keepOperatorEndpoint>[1]) => Promise<void>;
  secretsOf: () => Promise<string[]>;
}> {
  const desk = await openEndpointDesk();
  const { store, services } = desk;
  return {
    desk,
    keep: (wish) => keepOperatorEndpoint({ ...services, now: () => new Date() }, wish),
    async secretsOf() {
      const endpoint = await operatorEndpoint(store);
      return endpoint === undefined ? [] : openSecrets(services.secretKey, endpoint, new Date());
    },
  };
}

/** The example of a type, as if it happened in a workspace. */
function happening(desk: EndpointDesk, type: AnyFact["type"], workspaceId: WorkspaceId): PlainFact {
  const { id: _, ...fact } = exampleEvent(type, { id: desk.store.newId(), workspaceId, at: new Date() });
  return fact as PlainFact;
}

test("the operator is told how callbacks go in every workspace, beside the endpoints of that; nothing else", async () => {
  const { desk, keep } = await aKeptOperator();
  await keep({ url });
  const operator = await operatorEndpoint(desk.store);
  const { endpoint: own } = await desk.endpoint({ eventTypes: ["endpoint.failing"] });
  const toldOf = async (type: AnyFact["type"], workspaceId: WorkspaceId) => {
    const emission = await desk.emitter.emit(desk.store, happening(desk, type, workspaceId));
    return emission?.deliveries.map(({ endpointId }) => endpointId);
  };
  for (const type of OPERATIONAL_TYPES) {
    expect(await toldOf(type, desk.store.newId())).toEqual([operator?.id]);
  }
  expect(await toldOf("endpoint.failing", desk.workspaceId)).toEqual([operator?.id, own.id]);
  expect(await toldOf("agent.published", desk.workspaceId)).toBeUndefined();
});

test("the operator's endpoint follows what is wished, and is gone without a wish", async () => {
  const { desk, keep, secretsOf } = await aKeptOperator();
  await keep({ url });
  const first = await operatorEndpoint(desk.store);
  const [made] = await secretsOf();
  expect(made).toMatch(/^whsec_/);
  await keep({ url });
  expect(await operatorEndpoint(desk.store)).toEqual(first);
  const secret = newSecret("standard");
  await keep({ url: `${url}/other`, secret });
  expect(await operatorEndpoint(desk.store)).toMatchObject({ id: first?.id, url: `${url}/other` });
  expect(await secretsOf()).toEqual([secret]);
  await keep(undefined);
  await keep(undefined);
  expect(await operatorEndpoint(desk.store)).toBeUndefined();
});

test("a secret that another key of the installation has encrypted is replaced", async () => {
  const { desk, keep, secretsOf } = await aKeptOperator();
  const secret = newSecret("standard");
  await keepOperatorEndpoint(
    { store: desk.store, secretKey: { bytes: randomBytes(32), id: "earlier0" }, now: () => new Date() },
    { url, secret },
  );
  await keep({ url, secret });
  expect(await secretsOf()).toEqual([secret]);
});

test.each([
  [{ url: "ftp://pager.example.com" }, "url"],
  [{ url, secret: "word" }, "secret"],
])("%j is refused", async (wish, field) => {
  const { keep } = await aKeptOperator();
  await expect(keep(wish)).rejects.toMatchObject({ code: "request_invalid", field });
});
