import { z } from "zod";
import { openSecrets } from "../../callbacks/endpoint-secrets.ts";
import {
  changeSubscription,
  createEndpoint,
  deleteEndpoint,
  type EndpointServices,
  enableEndpoint,
  type NewEndpoint,
  updateEndpoint,
} from "../../callbacks/endpoints.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Endpoint as CallbackEndpoint } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { EventType } from "../../domain/event.ts";
import { channelSpokenFor } from "../../publish/audit.ts";
import { type CallbackApp, callbackApps, findCallbackApp, requireOrdinaryApps } from "./app-access.ts";
import { type AppKind, CALLBACK_EVENTS, type CallbackEvent } from "./callback-events.ts";
import { channelOf, connectorIdOf } from "./channels.ts";
import { type CozeServices, type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { formatPageToken, strictPageSize, wireIdText, wirePageToken, wireText } from "./wire.ts";

// Source: spec page of the callbacks §2.
const section = "§13";

/** Longest name that the reference allows. */
const NAME_LIMIT = 128;
const URL_LIMIT = 2_048;
const PAGE_LIMIT = 50;

const APP_TYPES = { normal: "coze", connector: "coze-channel" } as const satisfies Record<string, AppKind>;
const appType = z.enum(["normal", "connector"]);

const pages = { page_token: wirePageToken.optional(), page_size: strictPageSize(PAGE_LIMIT) };

const EVENT_NAMES = CALLBACK_EVENTS.map(({ name }) => name);
const eventName = z.enum(EVENT_NAMES, { error: `is no event type; there are ${EVENT_NAMES.join(", ")}` });
const eventTypes = z.array(eventName).min(1).max(50);

const create = endpoint({
  route: "POST /v1/api_apps",
  section,
  permission: "createApiApp",
  summary: "Make a callback app: an ordinary one, or one of a channel of the caller's",
  body: {
    app_type: appType,
    name: wireText(NAME_LIMIT).optional(),
    connector_id: wireIdText.optional(),
  },
  async run({ services, caller, body }) {
    const wish =
      body.app_type === "normal" ? ordinaryApp(caller, body) : await channelApp(services, caller, body);
    const made = await createEndpoint(services.endpoints, wish);
    return { data: presentApp(services.endpoints, made.endpoint) };
  },
});

const list = endpoint({
  route: "GET /v1/api_apps",
  section,
  permission: "listApiApp",
  summary: "Callback apps that the caller may change",
  query: { ...pages, app_type: appType.optional() },
  async run({ services, caller, query: { page_token: after = 0, page_size, app_type } }) {
    const kinds = app_type === undefined ? Object.values(APP_TYPES) : [APP_TYPES[app_type]];
    const found = await callbackApps(services.store, caller, { kinds, after, limit: page_size + 1 });
    const items = found.slice(0, page_size);
    const page = pageOf(items, found.length > page_size, (app) => app.id);
    return { data: { ...page, items: items.map((app) => presentApp(services.endpoints, app)) } };
  },
});

const update = endpoint({
  route: "PUT /v1/api_apps/:api_app_id",
  section,
  permission: "updateApiApp",
  summary: "Rename a callback app or give it an address, which must answer a challenge",
  body: { name: wireText(NAME_LIMIT).optional(), callback_url: wireText(URL_LIMIT).optional() },
  async run({ services, caller, params, body: { name, callback_url: url } }) {
    const app = await findCallbackApp(services.store, caller, params["api_app_id"]);
    // The app of a channel is called like the channel.
    const renamed = app.kind === "coze" && name !== undefined ? { name } : {};
    const updated = await updateEndpoint(services.endpoints, app.id, { ...renamed, url });
    // Callers have no other way to say that an app that was given up works again.
    if (url !== undefined && updated.state === "disabled") {
      await enableEndpoint(services.endpoints, app.id, "deliver");
    }
    return { members: {} };
  },
});

const remove = endpoint({
  route: "DELETE /v1/api_apps/:api_app_id",
  section,
  permission: "deleteApiApp",
  summary: "Delete a callback app: nothing more is sent to it",
  async run({ services, caller, params }) {
    const app = await findCallbackApp(services.store, caller, params["api_app_id"]);
    await deleteEndpoint(services.endpoints, app.id);
    return { members: {} };
  },
});

const subscribe = endpoint({
  route: "POST /v1/api_apps/:api_app_id/events",
  section,
  permission: "subscribeApiAppEvent",
  summary: "Let a callback app hear of more types of events",
  body: { event_types: eventTypes },
  async run({ services, caller, params, body: { event_types } }) {
    const app = await findCallbackApp(services.store, caller, params["api_app_id"]);
    const add = event_types.map((name, index) => {
      const type = domainType(app.kind, name);
      if (type !== undefined) return type;
      throw new DomainError("request_invalid", "is not for the app of a channel", {
        field: `event_types.${index}`,
      });
    });
    await changeSubscription(services.endpoints, app.id, { add });
    return { members: {} };
  },
});

const unsubscribe = endpoint({
  route: "DELETE /v1/api_apps/:api_app_id/events",
  section,
  permission: "unsubscribeApiAppEvent",
  summary: "Let a callback app hear of fewer types of events",
  body: { event_types: eventTypes },
  async run({ services, caller, params, body: { event_types } }) {
    const app = await findCallbackApp(services.store, caller, params["api_app_id"]);
    const remove = event_types.flatMap((name) => domainType(app.kind, name) ?? []);
    await changeSubscription(services.endpoints, app.id, { remove });
    return { members: {} };
  },
});

const listSubscriptions = endpoint({
  route: "GET /v1/api_apps/:api_app_id/events",
  section,
  permission: "listApiApp",
  summary: "What a callback app hears of",
  query: pages,
  async run({ services, caller, params, query: { page_token: after = 0, page_size } }) {
    const app = await findCallbackApp(services.store, caller, params["api_app_id"]);
    // Pages are of the closed list, so that they stay where they are when a subscription goes.
    const subscribed = CALLBACK_EVENTS.map((event, index) => ({ event, position: index + 1 })).filter(
      ({ event, position }) => position > after && isSubscribed(app, event),
    );
    const items = subscribed.slice(0, page_size);
    const page = pageOf(items, subscribed.length > page_size, ({ position }) => position);
    return { data: { ...page, items: items.map(({ event }) => presentSubscription(app, event)) } };
  },
});

export const apiAppEndpoints: Endpoint[] = [
  create,
  list,
  update,
  remove,
  subscribe,
  unsubscribe,
  listSubscriptions,
];

function ordinaryApp(caller: TokenCaller, { name }: { name?: string | undefined }): NewEndpoint {
  requireOrdinaryApps(caller);
  if (name === undefined) throw new DomainError("request_invalid", "is required", { field: "name" });
  return { kind: "coze", name, ownerId: caller.user.id };
}

async function channelApp(
  { store }: CozeServices,
  caller: TokenCaller,
  { connector_id }: { connector_id?: string | undefined },
): Promise<NewEndpoint> {
  if (connector_id === undefined) {
    throw new DomainError("request_invalid", "is required for the app of a channel", {
      field: "connector_id",
    });
  }
  const name = channelOf(connector_id);
  const channel = await channelSpokenFor(store, caller, name);
  if (channel === undefined) throw new DomainError("not_found", "no such channel of the caller's");
  const title = [...channel.name].slice(0, NAME_LIMIT).join("");
  return { kind: "coze-channel", name: title, channel: name, ownerId: caller.user.id };
}

function domainType(kind: AppKind, name: string): EventType | undefined {
  return CALLBACK_EVENTS.find((event) => event.name === name)?.tells[kind];
}

function isSubscribed({ kind, eventTypes: types }: CallbackApp, { tells }: CallbackEvent): boolean {
  const type = tells[kind];
  return type !== undefined && types.includes(type);
}

/** `ApiApp`; what is not set is left out. */
function presentApp(services: EndpointServices, app: CallbackEndpoint) {
  const [verifyToken = ""] = openSecrets(services.secretKey, app, new Date());
  return {
    id: formatId(app.id),
    name: app.name,
    app_type: app.kind === "coze" ? "normal" : "connector",
    verify_token: verifyToken,
    ...(app.url === undefined ? {} : { callback_url: app.url }),
    ...(app.channel === undefined ? {} : { connector_id: connectorIdOf(app.channel) }),
  };
}

/** `ApiAppEvent`. */
function presentSubscription({ id, name }: CallbackApp, event: CallbackEvent) {
  return { api_app_id: formatId(id), name, event_type: event.name, description: event.description };
}

/** Where the next page begins; empty on the last one. */
function pageOf<Item>(items: Item[], has_more: boolean, position: (item: Item) => number) {
  const last = items.at(-1);
  const next_page_token = has_more && last !== undefined ? formatPageToken(position(last)) : "";
  return { has_more, next_page_token };
}
