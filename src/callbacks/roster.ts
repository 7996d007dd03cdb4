import type { Endpoint } from "../domain/endpoint.ts";
import type { EndpointId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { newHealth } from "./health.ts";
import type { LaneSettings, Lanes } from "./lanes.ts";
import { ownerOf } from "./node-share.ts";

/** Until other nodes have surely noticed that an endpoint is no longer theirs. */
const HANDOVER_MS = 2_500;

/** The endpoints there are, as they were read last, and which of them are this node's: those have lanes. */
export class Roster {
  readonly #store: Store;
  readonly #lanes: Lanes;
  #endpoints = new Map<EndpointId, Endpoint>();
  #nodes: number[] = [];
  /** Reads come one after the other: what was read earlier never takes the place of what was read later. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(store: Store, lanes: Lanes) {
    this.#store = store;
    this.#lanes = lanes;
  }

  endpoint(id: EndpointId): Endpoint | undefined {
    return this.#endpoints.get(id);
  }

  /** The node that sends to it. */
  ownerOf(id: EndpointId): number {
    return this.#nodes.length > 1 ? ownerOf(id, this.#nodes) : this.#store.node;
  }

  /** Reads who is there. True: that has changed. */
  readNodes(): Promise<boolean> {
    return this.#inTurn(() => this.#readNodes());
  }

  /** Reads all endpoints. */
  readAll(): Promise<void> {
    return this.#inTurn(() => this.#readAll());
  }

  /** Reads one endpoint. Undefined: it is deleted, or has no address. */
  read(id: EndpointId): Promise<Endpoint | undefined> {
    return this.#inTurn(() => this.#read(id));
  }

  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const result = this.#reading.then(read);
    this.#reading = result.catch(() => undefined);
    return result;
  }

  async #readNodes(): Promise<boolean> {
    const nodes = await this.#store.liveNodes();
    if (String(nodes) === String(this.#nodes)) return false;
    const before = this.#nodes.length > 0 ? this.#nodes : nodes.filter((node) => node !== this.#store.node);
    this.#nodes = nodes;
    await this.#share(before);
    return true;
  }

  async #readAll(): Promise<void> {
    const endpoints = await this.#store.endpoints.all();
    const kept = endpoints.map((endpoint) => this.#unlessSame(endpoint));
    this.#endpoints = new Map(kept.map((endpoint) => [endpoint.id, endpoint]));
    await this.#share(this.#nodes);
  }

  async #read(id: EndpointId): Promise<Endpoint | undefined> {
    const endpoint = await this.#store.endpoints.find(id);
    if (endpoint?.url === undefined) {
      this.#endpoints.delete(id);
      this.#lanes.delete(id);
      return undefined;
    }
    this.#endpoints.set(id, endpoint);
    if (this.ownerOf(id) === this.#store.node) await this.#openLanes([endpoint], 0);
    return endpoint;
  }

  /** What was decrypted of an endpoint stays with the object, as long as nothing has changed. */
  #unlessSame(endpoint: Endpoint): Endpoint {
    const before = this.#endpoints.get(endpoint.id);
    return before?.updatedAt.getTime() === endpoint.updatedAt.getTime() && before.state === endpoint.state
      ? before
      : endpoint;
  }

  async #share(nodesBefore: readonly number[]): Promise<void> {
    for (const id of this.#lanes.ids) {
      if (!this.#endpoints.has(id) || this.ownerOf(id) !== this.#store.node) this.#lanes.delete(id);
    }
    const own = [...this.#endpoints.values()].filter(({ id }) => this.ownerOf(id) === this.#store.node);
    const isHandedOver = ({ id }: Endpoint) => {
      if (this.#lanes.has(id) || nodesBefore.length === 0) return false;
      const before = ownerOf(id, nodesBefore);
      return before !== this.#store.node && this.#nodes.includes(before);
    };
    const handedOver = new Set(own.filter(isHandedOver));
    await this.#openLanes([...handedOver], HANDOVER_MS);
    await this.#openLanes(
      own.filter((endpoint) => !handedOver.has(endpoint)),
      0,
    );
  }

  async #openLanes(endpoints: readonly Endpoint[], quietMs: number): Promise<void> {
    const newIds = endpoints.map(({ id }) => id).filter((id) => !this.#lanes.has(id));
    const known = newIds.length > 0 ? await this.#store.endpoints.health(newIds) : [];
    const healths = new Map(known.map((health) => [health.endpointId, health]));
    for (const endpoint of endpoints) {
      this.#lanes.set(settingsOf(endpoint), healths.get(endpoint.id) ?? newHealth(endpoint.id), quietMs);
    }
  }
}

function settingsOf(endpoint: Endpoint): LaneSettings {
  const { id, maxInFlight, ratePerSecond, state, workspaceId, ownerId, channel } = endpoint;
  return {
    id,
    tenant: workspaceId !== undefined ? `workspace ${workspaceId}` : `owner ${ownerId ?? channel ?? id}`,
    maxInFlight,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    isActive: state === "active",
  };
}
