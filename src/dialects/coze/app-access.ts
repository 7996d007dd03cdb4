import type { TokenCaller } from "../../domain/access.ts";
import { channelNameOf } from "../../domain/channel.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { EndpointId } from "../../domain/ids.ts";
import { channelSpokenFor } from "../../publish/audit.ts";
import type { Repositories } from "../../storage/store.ts";
import type { AppKind } from "./callback-events.ts";
import { idOf } from "./wire.ts";

/** An endpoint that is a callback app of this family. */
export type CallbackApp = Endpoint & { kind: AppKind };

type Reading = Pick<Repositories, "endpoints" | "channels">;

/**
 * The app, for its creator and, where it is a channel's, for those who speak for the channel. For others it is
 * `not_found`. Source: spec page of the callbacks §1.
 */
export async function findCallbackApp(
  repositories: Reading,
  caller: TokenCaller,
  text: string | undefined,
): Promise<CallbackApp> {
  const app = await repositories.endpoints.find(idOf<EndpointId>(text ?? ""));
  if (app !== undefined && isCallbackApp(app) && (await mayManage(repositories, caller, app))) return app;
  throw new DomainError("not_found", "no such callback app");
}

/** Apps that the caller may change, oldest first, after the one with the id `after`. */
export async function callbackApps(
  repositories: Reading,
  caller: TokenCaller,
  { kinds, after, limit }: { kinds: AppKind[]; after: number; limit: number },
): Promise<CallbackApp[]> {
  const { token, user } = caller;
  const wanted = reachesOrdinaryApps(caller) ? kinds : kinds.filter((kind) => kind !== "coze");
  if (wanted.length === 0) return [];
  const window = { kinds: wanted, after: after as EndpointId, limit };
  const found = new Map<EndpointId, CallbackApp>();
  const keep = (apps: Endpoint[]) => {
    for (const app of apps) if (isCallbackApp(app)) found.set(app.id, app);
  };
  if (token.channelId === undefined) {
    keep(await repositories.endpoints.list({ ...window, ownerId: user.id }));
  }
  if (wanted.includes("coze-channel")) {
    for (const channel of await spokenFor(repositories, caller)) {
      keep(await repositories.endpoints.list({ ...window, kinds: ["coze-channel"], channel }));
    }
  }
  return [...found.values()].sort((one, other) => one.id - other.id).slice(0, limit);
}

/**
 * Throws `permission_denied` for tokens that reach only a channel or some workspaces: an ordinary app hears of every
 * workspace of its owner.
 */
export function requireOrdinaryApps(caller: TokenCaller): void {
  if (reachesOrdinaryApps(caller)) return;
  throw new DomainError(
    "permission_denied",
    "the token is limited to a channel or to some workspaces, and an ordinary callback app hears of all",
  );
}

function reachesOrdinaryApps({ token }: TokenCaller): boolean {
  return token.channelId === undefined && token.scope.workspaceIds === undefined;
}

function isCallbackApp(endpoint: Endpoint): endpoint is CallbackApp {
  return endpoint.kind === "coze" || endpoint.kind === "coze-channel";
}

async function mayManage(repositories: Reading, caller: TokenCaller, app: CallbackApp): Promise<boolean> {
  const isCreator = app.ownerId === caller.user.id;
  if (app.channel === undefined) return isCreator && reachesOrdinaryApps(caller);
  if (isCreator && caller.token.channelId === undefined) return true;
  return (await channelSpokenFor(repositories, caller, app.channel)) !== undefined;
}

/** Names of the channels that the caller speaks for. */
async function spokenFor({ channels }: Reading, { token, user }: TokenCaller): Promise<string[]> {
  const own = await channels.list({ ownerId: user.id });
  const { channelId } = token;
  return own
    .filter(({ id }) => channelId === undefined || id === channelId)
    .map(({ id }) => channelNameOf(id));
}
