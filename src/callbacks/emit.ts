import type { Endpoint } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { AnyFact, EventType, Fact, ProductEvent, TurnEventData } from "../domain/event.ts";
import type {
  AgentId,
  DeliveryId,
  EndpointId,
  EventBodyId,
  EventId,
  NewId,
  WorkspaceId,
} from "../domain/ids.ts";
import type { Emission, NewBody, NewDelivery, Repositories } from "../storage/store.ts";
import { BODY_LIMIT_BYTES, firstCodePoints, fits } from "./body-size.ts";
import { FEEDBACK_ENDPOINT_LIMIT } from "./feedback-options.ts";
import type { EndpointFormats } from "./formats.ts";
import { OPERATIONAL_TYPES, operatorEndpoint } from "./operator-endpoint.ts";
import { wellFormedJson } from "./well-formed-json.ts";

/** Longest question and answer that events of turns carry, in code points; even all escaped they fit into a body. */
export const TEXT_LIMIT = 20_000;
/** Endpoints that get their deliveries together with the event; the others get theirs later. */
export const INLINE_LIMIT = 50;

/** Every fact but the question of an audit, which only `prepareQuestion` may ask. */
export type PlainFact = Exclude<AnyFact, Fact<"agent.submitted">>;

type Reading = Pick<Repositories, "endpoints" | "workspaces">;

/** Makes events of facts, for those who listen. Sends nothing. */
export class Emitter {
  readonly #newId: NewId;
  readonly #formats: EndpointFormats;

  constructor({ newId, formats }: { newId: NewId; formats: EndpointFormats }) {
    this.#newId = newId;
    this.#formats = formats;
  }

  /**
   * What has to be written because of a fact; undefined when nobody listens, which costs one read of an index. Call it
   * after the cause was read or inside its transaction, with the repositories of that. `after`: a delivery, which another
   * node may have made, that this event has to follow. Rejects with `request_invalid` when a body would be longer than
   * `BODY_LIMIT_BYTES`.
   */
  async prepare(repositories: Reading, fact: PlainFact, after?: DeliveryId): Promise<Emission | undefined> {
    const found = await listeners(repositories, fact, { limit: INLINE_LIMIT });
    return this.#emissionOf(repositories, fact, { ...found, after });
  }

  /** Whether anybody may want to be told: for facts that cost something to make. One read of an index. */
  async isHeard(
    { endpoints }: Pick<Repositories, "endpoints">,
    { workspaceId, type: eventType }: Pick<PlainFact, "workspaceId" | "type">,
  ): Promise<boolean> {
    return (await endpoints.listening({ workspaceId, eventType, limit: 1 })).length > 0;
  }

  /** As `prepare` each, for two facts of one cause, workspace and channel: one read finds who listens. */
  async prepareBoth(repositories: Reading, one: PlainFact, other: PlainFact): Promise<Emission[]> {
    const found = await listeners(repositories, one, { limit: INLINE_LIMIT, otherType: other.type });
    if (found.endpoints.length === 0 && found.isLast) return [];
    const emissions: Emission[] = [];
    for (const fact of [one, other]) {
      const endpoints = found.endpoints.filter(({ eventTypes }) => eventTypes.includes(fact.type));
      const emission = found.isLast
        ? await this.#emissionOf(repositories, fact, { ...found, endpoints })
        : await this.prepare(repositories, fact);
      if (emission !== undefined) emissions.push(emission);
    }
    return emissions;
  }

  async #emissionOf(
    repositories: Reading,
    fact: PlainFact,
    found: Awaited<ReturnType<typeof listeners>> & { after?: DeliveryId | undefined },
  ): Promise<Emission | undefined> {
    const { endpoints, cursor, isLast, after } = found;
    if (endpoints.length === 0 && isLast) return undefined;
    const event = await this.#eventOf(repositories, fact, this.#newId<EventId>(after));
    const { bodies, deliveries } = this.deliveries(event, endpoints);
    if (deliveries.length === 0 && isLast) return undefined;
    return { event, bodies, deliveries, isFannedOut: isLast, fanOutCursor: cursor };
  }

  /** Prepares and writes. Inside a transaction pass its repositories. Afterwards wake the lanes with the result. */
  async emit(
    repositories: Reading & Pick<Repositories, "outbox">,
    fact: PlainFact,
  ): Promise<Emission | undefined> {
    const emission = await this.prepare(repositories, fact);
    if (emission !== undefined) await repositories.outbox.add(emission);
    return emission;
  }

  /**
   * The question to the server of the channel that a version was submitted to: one delivery that only `ask` sends.
   * Undefined when the channel has no callback app that wants to be asked.
   */
  async prepareQuestion(repositories: Reading, fact: Fact<"agent.submitted">): Promise<Emission | undefined> {
    const event = { ...fact, id: this.#newId<EventId>() };
    for await (const endpoint of everyListener(repositories, fact)) {
      if (endpoint.kind !== "coze-channel") continue;
      const { bodies, deliveries } = this.deliveries(event, [endpoint]);
      if (deliveries.length === 0) continue;
      const held = deliveries.map((delivery) => ({
        ...delivery,
        trigger: "sync" as const,
        state: "held" as const,
        orderKey: "",
      }));
      return { event, bodies, deliveries: held, isFannedOut: true, fanOutCursor: endpoint.id };
    }
    return undefined;
  }

  /**
   * One delivery for each endpoint that is told of the event, and their bodies: each text once. Throws
   * `request_invalid` when one is too long.
   */
  deliveries(
    event: ProductEvent,
    endpoints: readonly Endpoint[],
    made: Partial<Pick<NewDelivery, "trigger" | "replayId">> = {},
  ): Pick<Emission, "bodies" | "deliveries"> {
    const bodies = new Map<string, NewBody>();
    const deliveries: NewDelivery[] = [];
    const now = new Date();
    for (const endpoint of endpoints) {
      const rendered = this.#formats[endpoint.kind].render(event, endpoint);
      if (rendered === undefined) continue;
      const { wireId, headers, orderKey = event.subject } = rendered;
      const text = wellFormedJson(rendered.text);
      const sent = `${text}${JSON.stringify(headers)}`;
      const body = bodies.get(sent) ?? { id: this.#newId<EventBodyId>(), text, ...(headers && { headers }) };
      if (!bodies.has(sent)) {
        checkLength(text);
        bodies.set(sent, body);
      }
      deliveries.push({
        id: this.#newId<DeliveryId>(),
        eventId: event.id,
        endpointId: endpoint.id,
        workspaceId: event.workspaceId,
        eventType: event.type,
        wireId,
        bodyId: body.id,
        trigger: "event",
        dueAt: now,
        orderKey: endpoint.isOrdered ? orderKey : "",
        // Who asks for past events wants each of them.
        ...(endpoint.isCoalescing && made.trigger === undefined && { isCoalescing: true }),
        state: endpoint.state === "disabled" ? "held" : "pending",
        createdAt: now,
        ...made,
      });
    }
    return { bodies: [...bodies.values()], deliveries };
  }

  async #eventOf(repositories: Reading, fact: PlainFact, id: EventId): Promise<ProductEvent> {
    switch (fact.type) {
      case "turn.completed":
        return { ...fact, id, data: withShortTexts(fact.data) };
      case "turn.failed":
        return { ...fact, id, data: withShortTexts(fact.data) };
      case "usage.recorded": {
        const [listing] = await repositories.workspaces.listings([fact.workspaceId]);
        const accountId = fact.data.accountId ?? listing?.ownerIds[0];
        return { ...fact, id, data: { ...fact.data, ...(accountId !== undefined && { accountId }) } };
      }
      default:
        return { ...fact, id };
    }
  }
}

/** What an endpoint is not told of, because it is about itself. Undefined when nobody else is told. */
export function forOthers(emission: Emission, about: EndpointId): Emission | undefined {
  const deliveries = emission.deliveries.filter(({ endpointId }) => endpointId !== about);
  return deliveries.length > 0 || !emission.isFannedOut ? { ...emission, deliveries } : undefined;
}

const NOWHERE = 0 as EndpointId;

/**
 * Endpoints that want to be told of a fact, or of another of `otherType` about the same, oldest first; where the search
 * for more goes on.
 */
export async function listeners(
  { endpoints }: Pick<Repositories, "endpoints">,
  fact: AnyFact,
  { after = NOWHERE, limit, otherType }: { after?: EndpointId; limit: number; otherType?: EventType },
): Promise<{ endpoints: Endpoint[]; cursor: EndpointId; isLast: boolean }> {
  const { workspaceId, type: eventType } = fact;
  const query = { workspaceId, eventType, after, limit: limit + 1, ...(otherType && { otherType }) };
  const found = new Map<EndpointId, Endpoint>();
  for (const channel of channelsOf(fact)) {
    const listening = await endpoints.listening({ ...query, ...(channel !== undefined && { channel }) });
    for (const endpoint of listening) found.set(endpoint.id, endpoint);
  }
  const operator = OPERATIONAL_TYPES.includes(eventType) ? await operatorEndpoint({ endpoints }) : undefined;
  if (operator !== undefined && operator.id > after) found.set(operator.id, operator);
  const oldestFirst = [...found.values()].sort((one, other) => one.id - other.id);
  const looked = oldestFirst.slice(0, limit);
  const concerned = looked.filter((endpoint) => concerns(fact, endpoint));
  return {
    endpoints: await withoutShadowed({ endpoints }, fact, concerned),
    cursor: looked.at(-1)?.id ?? after,
    isLast: oldestFirst.length <= limit,
  };
}

async function* everyListener(repositories: Reading, fact: AnyFact): AsyncIterable<Endpoint> {
  for (let after = NOWHERE; ; ) {
    const { endpoints, cursor, isLast } = await listeners(repositories, fact, { after, limit: INLINE_LIMIT });
    yield* endpoints;
    if (isLast) return;
    after = cursor;
  }
}

/**
 * Whether the fact is about an agent and a channel that the endpoint is there for. What a turn decided that an adapter
 * started is its alone to carry out.
 */
export function concerns(fact: AnyFact, { id, kind, channel, agentIds }: Endpoint): boolean {
  if (fact.type === "turn.actions" && fact.data.adapterId !== undefined) return fact.data.adapterId === id;
  if (kind === "coze-channel" && !channelsOf(fact).includes(channel)) return false;
  const agentId = "agentId" in fact.data ? fact.data.agentId : undefined;
  return agentIds.length === 0 || (agentId !== undefined && agentIds.includes(agentId));
}

/**
 * An endpoint for ratings of certain agents is told of those in the place of the ones that are told of all agents; also
 * when it is paused or disabled. Source: spec page of Insight §2, `scope`.
 */
async function withoutShadowed(
  repositories: Pick<Repositories, "endpoints">,
  fact: AnyFact,
  concerned: Endpoint[],
): Promise<Endpoint[]> {
  const agentId = "agentId" in fact.data ? fact.data.agentId : undefined;
  if (agentId === undefined || !concerned.some(isForAllAgents)) return concerned;
  const shadowed = await agentsWithOwnFeedback(repositories, fact.workspaceId);
  return shadowed.has(agentId) ? concerned.filter((endpoint) => !isForAllAgents(endpoint)) : concerned;
}

/** Whether an endpoint of one agent would stand in its place. */
export function isForAllAgents({ kind, agentIds }: Endpoint): boolean {
  return kind === "insight" && agentIds.length === 0;
}

/** Agents whose ratings have an endpoint of their own in the workspace. */
export async function agentsWithOwnFeedback(
  { endpoints }: Pick<Repositories, "endpoints">,
  workspaceId: WorkspaceId,
): Promise<Set<AgentId>> {
  const known = await endpoints.list({ kinds: ["insight"], workspaceId, limit: FEEDBACK_ENDPOINT_LIMIT });
  return new Set(known.filter(({ url }) => url !== undefined).flatMap(({ agentIds }) => agentIds));
}

/** Whose callback apps may be told, beside the endpoints of the workspace; never empty. */
function channelsOf({ data }: AnyFact): (string | undefined)[] {
  if ("channels" in data) return data.channels.length === 0 ? [undefined] : data.channels;
  return ["channel" in data ? data.channel : undefined];
}

function withShortTexts<Data extends TurnEventData>(data: Data): Data {
  const question = firstCodePoints(data.question, TEXT_LIMIT);
  const answer = firstCodePoints(data.answer, TEXT_LIMIT);
  const isCut = question.length < data.question.length || answer.length < data.answer.length;
  return { ...data, question, answer, isTruncated: data.isTruncated || isCut };
}

function checkLength(text: string): void {
  if (fits(text)) return;
  throw new DomainError(
    "request_invalid",
    `an event about this would be longer than ${BODY_LIMIT_BYTES} bytes`,
  );
}
