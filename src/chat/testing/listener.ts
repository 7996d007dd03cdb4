import { Emitter, type PlainFact } from "../../callbacks/emit.ts";
import { standardFormat } from "../../callbacks/standard-format.ts";
import type { Agent, AgentSettings } from "../../domain/agent.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { EventType } from "../../domain/event.ts";
import type { EndpointId } from "../../domain/ids.ts";
import type { Emission, Store } from "../../storage/store.ts";
import type { Facts } from "../facts.ts";
import { aChatRoom, anAgent } from "./fixtures.ts";

const TYPES: EventType[] = [
  "turn.completed",
  "turn.failed",
  "usage.recorded",
  "feedback.changed",
  "conversation.created",
];

/** A room that somebody listens to: what it told is in the outbox, and was said only when it was stored. */
export async function aRoomWithListener(
  model: Parameters<typeof aChatRoom>[0],
  { settings = {}, types = TYPES }: { settings?: Partial<AgentSettings>; types?: EventType[] } = {},
) {
  const woken: Emission[] = [];
  const prepared: PlainFact[] = [];
  let emitter: Emitter | undefined;
  const facts: Facts = {
    prepare: async (repositories, fact) => {
      prepared.push(fact);
      return emitter?.prepare(repositories, fact);
    },
    isHeard: async (repositories, about) => (await emitter?.isHeard(repositories, about)) ?? false,
    prepareBoth: async (repositories, one, other) => {
      prepared.push(one, other);
      return emitter?.prepareBoth(repositories, one, other) ?? [];
    },
    wake: (emissions) => {
      woken.push(...emissions);
    },
  };
  const room = await aChatRoom(model, { facts });
  const format = standardFormat;
  const formats = { standard: format, coze: format, "coze-channel": format, insight: format };
  emitter = new Emitter({ newId: room.store.newId, formats });
  const agent = await anAgent(room.store, settings);
  const listener = await listen(room.store, agent, types);
  const told = async () => {
    const events = await room.store.outbox.listEvents({ workspaceId: agent.workspaceId, limit: 100 });
    return events.reverse();
  };
  return { ...room, facts, agent, listener, told, woken, prepared };
}

/** An endpoint of the agent's workspace that is told of these. */
export async function listen(
  store: Store,
  { workspaceId }: Pick<Agent, "workspaceId">,
  eventTypes: EventType[],
): Promise<Endpoint> {
  const createdAt = new Date();
  const endpoint: Endpoint = {
    id: store.newId<EndpointId>(),
    kind: "standard",
    name: "listener",
    workspaceId,
    url: "https://example.com",
    eventTypes,
    agentIds: [],
    encryptedHeaders: "",
    secrets: [],
    timeoutMs: 15_000,
    maxInFlight: 4,
    isOrdered: false,
    isAsymmetric: false,
    isCoalescing: false,
    state: "active",
    stateReason: "",
    createdAt,
    updatedAt: createdAt,
  };
  await store.endpoints.save(endpoint);
  return endpoint;
}
