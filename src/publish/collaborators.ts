import type { TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, UserId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { agentToChange } from "./agents.ts";

/**
 * Decides whether others may be made collaborators; durable when it resolves. Rejects with `request_invalid` when
 * there are still some and there may be none.
 */
export async function changeCollaboration(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, mode }: { agentId: AgentId; mode: Agent["collaboration"] },
  now: Date,
): Promise<void> {
  await store.transaction(async (inside) => {
    const agent = await agentToChange(inside, caller, agentId);
    if (mode === agent.collaboration) return;
    if (mode === "single" && (await inside.versions.collaborators(agentId)).length > 0) {
      throw new DomainError("request_invalid", "remove all collaborators first", { field: "collaboration" });
    }
    const revision = agent.revision + 1;
    await inside.agents.save({ ...agent, collaboration: mode, revision, updatedAt: now });
  });
  await store.flushed();
}

/**
 * Lets a member of the agent's workspace change the agent; durable when it resolves. Adding one twice changes nothing.
 * Rejects with `not_found` when there is no such member, with `request_invalid` while the agent is its owner's alone.
 */
export async function addCollaborator(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, userId }: { agentId: AgentId; userId: UserId },
  now: Date,
): Promise<void> {
  await store.transaction(async (inside) => {
    const agent = await agentToChange(inside, caller, agentId);
    if (agent.collaboration === "single") {
      throw new DomainError("request_invalid", "switch the agent to collaboration first");
    }
    const memberships = await inside.users.memberships(userId);
    if (!memberships.some(({ workspaceId }) => workspaceId === agent.workspaceId)) {
      throw new DomainError("not_found", "no such member of the workspace");
    }
    await inside.versions.addCollaborator(agentId, userId, now);
  });
  await store.flushed();
}

/** Durable when it resolves. Rejects with `not_found` when the user is no collaborator. */
export async function removeCollaborator(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, userId }: { agentId: AgentId; userId: UserId },
): Promise<void> {
  await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    if (await inside.versions.removeCollaborator(agentId, userId)) return;
    throw new DomainError("not_found", "no such collaborator");
  });
  await store.flushed();
}
