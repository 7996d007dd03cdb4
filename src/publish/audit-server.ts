import {
  createEndpoint,
  deleteEndpoint,
  type EndpointServices,
  updateEndpoint,
} from "../callbacks/endpoints.ts";
import type { TokenCaller } from "../domain/access.ts";
import { channelNameOf } from "../domain/channel.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { ChannelId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { channelSpokenFor } from "./audit.ts";

/** Longest name of a callback app. */
const NAME_LIMIT = 128;

type Reading = Pick<Repositories, "channels" | "endpoints">;

/** The server that a channel of the caller's asks, where it has one. Rejects with `not_found` for other channels. */
export async function auditServerOf(
  store: Reading,
  caller: TokenCaller,
  id: ChannelId,
): Promise<Endpoint | undefined> {
  const channel = await channelSpokenFor(store, caller, channelNameOf(id));
  if (channel === undefined) throw new DomainError("not_found", "no such channel of the caller's");
  const [app] = await store.endpoints.list({ kinds: ["coze-channel"], channel: channelNameOf(id), limit: 1 });
  return app;
}

/**
 * Gives a channel of the caller's a server that decides about what is submitted, or another address to the one it has.
 * Without an address nobody is asked yet: servers that check signatures need the token before they are asked whether
 * they are there. Resolves with the token where the server is new. Rejects with `not_found`, or `request_invalid` when
 * the address does not answer.
 */
export async function setAuditServer(
  services: EndpointServices,
  caller: TokenCaller,
  { channelId, url }: { channelId: ChannelId; url: string | undefined },
): Promise<{ endpoint: Endpoint; token?: string }> {
  const { store } = services;
  const before = await auditServerOf(store, caller, channelId);
  if (before !== undefined) return { endpoint: await updateEndpoint(services, before.id, { url }) };
  const channel = await store.channels.find(channelId);
  const made = await createEndpoint(services, {
    kind: "coze-channel",
    name: [...(channel?.name ?? "")].slice(0, NAME_LIMIT).join(""),
    channel: channelNameOf(channelId),
    ownerId: caller.user.id,
    eventTypes: ["agent.submitted", "agent.unpublished", "agent.deleted"],
    url,
  });
  return { endpoint: made.endpoint, token: made.secret };
}

/** From then on what is submitted to the channel is live at once. Rejects with `not_found`. */
export async function removeAuditServer(
  services: EndpointServices,
  caller: TokenCaller,
  id: ChannelId,
): Promise<void> {
  const app = await auditServerOf(services.store, caller, id);
  if (app === undefined) throw new DomainError("not_found", "the channel has no server");
  await deleteEndpoint(services, app.id);
}
