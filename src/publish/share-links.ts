import { randomBytes } from "node:crypto";
import { requireAgentAccess } from "../access/permissions.ts";
import type { TokenCaller } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, ShareLinkId } from "../domain/ids.ts";
import type { ShareLink } from "../domain/share-link.ts";
import type { Store } from "../storage/store.ts";
import { agentToChange, agentToView } from "./agents.ts";

/** Links of one agent. */
const LINKS_LIMIT = 50;
const ORIGINS_LIMIT = 50;
const KEY_BYTES = 18;

/** What its maker decides of a link. */
export type ShareLinkSettings = Pick<ShareLink, "isEnabled" | "title" | "greeting" | "color" | "origins">;

const NEW_LINK: ShareLinkSettings = { isEnabled: true, title: "", greeting: "", color: "", origins: [] };

/** Oldest first; for those who may change the agent. Rejects with `not_found` or `permission_denied`. */
export async function listShareLinks(
  { store }: { store: Store },
  caller: TokenCaller,
  agentId: AgentId,
): Promise<ShareLink[]> {
  const agent = await agentToView(store, caller, agentId);
  requireAgentAccess(caller, agent, "change", await store.versions.collaborators(agentId));
  return store.shareLinks.list(agentId);
}

/**
 * Opens an agent to everybody who knows the link. Durable when it resolves. Rejects with `not_found`,
 * `permission_denied`, or `request_invalid` naming what does not fit.
 */
export async function createShareLink(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, settings }: { agentId: AgentId; settings: Partial<ShareLinkSettings> },
  now: Date,
): Promise<ShareLink> {
  const wished = checked({ ...NEW_LINK, ...settings });
  const link = await store.transaction(async (inside) => {
    const { workspaceId } = await agentToChange(inside, caller, agentId);
    const { length } = await inside.shareLinks.list(agentId);
    if (length >= LINKS_LIMIT) {
      throw new DomainError("request_invalid", `an agent has at most ${LINKS_LIMIT} links; delete one first`);
    }
    const made: ShareLink = {
      ...wished,
      id: store.newId<ShareLinkId>(),
      key: randomBytes(KEY_BYTES).toString("base64url"),
      workspaceId,
      agentId,
      creatorId: caller.user.id,
      createdAt: now,
      updatedAt: now,
    };
    await inside.shareLinks.save(made);
    return made;
  });
  await store.flushed();
  return link;
}

/** Changes what is given. Durable when it resolves. Rejects like `createShareLink`. */
export async function updateShareLink(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, linkId, change }: { agentId: AgentId; linkId: ShareLinkId; change: Partial<ShareLinkSettings> },
  now: Date,
): Promise<ShareLink> {
  const link = await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    const before = await inside.shareLinks.find(linkId);
    if (before === undefined || before.agentId !== agentId) throw noSuchLink();
    const after = { ...before, ...checked({ ...before, ...change }), updatedAt: now };
    await inside.shareLinks.save(after);
    return after;
  });
  await store.flushed();
  return link;
}

/** From now on the link leads nowhere. Durable when it resolves. Rejects with `not_found` or `permission_denied`. */
export async function deleteShareLink(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, linkId }: { agentId: AgentId; linkId: ShareLinkId },
): Promise<void> {
  await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    if (!(await inside.shareLinks.delete(agentId, linkId))) throw noSuchLink();
  });
  await store.flushed();
}

function noSuchLink(): DomainError {
  return new DomainError("not_found", "there is no such share link");
}

function checked({ isEnabled, title, greeting, color, origins }: ShareLinkSettings): ShareLinkSettings {
  if (color !== "" && !/^#[0-9a-f]{6}$/i.test(color)) {
    throw new DomainError("request_invalid", "must be a colour such as #3156d3", { field: "color" });
  }
  if (origins.length > ORIGINS_LIMIT) {
    throw new DomainError("request_invalid", `more than ${ORIGINS_LIMIT} origins`, { field: "origins" });
  }
  const plain = new Set(origins.map(plainOrigin));
  return { isEnabled, title: title.trim(), greeting, color: color.toLowerCase(), origins: [...plain] };
}

/** As it stands in a content security policy: scheme, host, port. Throws `request_invalid` where it is none. */
function plainOrigin(text: string): string {
  if (text === "*") return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const isBare = url?.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (url === undefined || !isWeb || !isBare || !/^[a-z0-9.-]+$/.test(url.hostname)) {
    const message = `"${text.slice(0, 200)}" is no origin such as https://shop.example`;
    throw new DomainError("request_invalid", message, { field: "origins" });
  }
  return url.origin;
}
