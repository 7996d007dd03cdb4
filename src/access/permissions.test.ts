import { describe, expect, it } from "vitest";
import { FULL_SCOPE, type Role, type TokenCaller, type TokenScope } from "../domain/access.ts";
import type { AccessTokenId, AgentId, UserId, WorkspaceId } from "../domain/ids.ts";
import { homeMembership, requireAgentAccess, requireMembership, requirePermission } from "./permissions.ts";

const NOW = new Date("2026-03-01T08:00:00Z");
const [ANN, BOB] = [1 as UserId, 2 as UserId];
const [HOME, OTHER] = [10 as WorkspaceId, 11 as WorkspaceId];
const AGENT = { id: 20 as AgentId, workspaceId: HOME, ownerId: BOB };

function ann(role: Role = "member", scope: TokenScope = FULL_SCOPE): TokenCaller {
  return {
    user: { id: ANN, name: "ann", nickname: "", avatarUrl: "", createdAt: NOW },
    token: {
      id: 3 as AccessTokenId,
      tokenHash: "",
      kind: "personal",
      userId: ANN,
      name: "",
      scope,
      sessionName: "",
      createdAt: NOW,
    },
    memberships: [{ workspaceId: HOME, userId: ANN, role, joinedAt: NOW }],
  };
}

const denied = expect.objectContaining({ code: "permission_denied" });
const notFound = expect.objectContaining({ code: "not_found" });

describe("a permission", () => {
  it("is had by name, or with all of them; the refusal names it", () => {
    requirePermission(ann(), "createBot");
    requirePermission(ann("member", { permissions: ["chat", "createBot"] }), "createBot");
    expect(() => requirePermission(ann("owner", { permissions: ["chat"] }), "createBot")).toThrow(
      expect.objectContaining({ code: "permission_denied", message: expect.stringContaining("createBot") }),
    );
    expect(() => requirePermission(ann("owner", { permissions: [] }), "chat")).toThrow(denied);
  });
});

describe("a workspace", () => {
  it("is not there for those who are no members, and closed for those of too low a role", () => {
    expect(requireMembership(ann(), HOME, "viewer").role).toBe("member");
    expect(() => requireMembership(ann(), OTHER, "viewer")).toThrow(notFound);
    expect(() => requireMembership(ann("member"), HOME, "admin")).toThrow(denied);
    expect(requireMembership(ann("admin"), HOME, "admin").role).toBe("admin");
    expect(requireMembership(ann("viewer"), HOME, "viewer").role).toBe("viewer");
    expect(() => requireMembership(ann("viewer"), HOME, "member")).toThrow(denied);
  });

  it("that nobody named is the oldest one, if there is one", () => {
    expect(homeMembership(ann()).workspaceId).toBe(HOME);
    expect(() => homeMembership({ ...ann(), memberships: [] })).toThrow(denied);
    expect(homeMembership(ann("viewer")).workspaceId).toBe(HOME);
    expect(() => homeMembership(ann("viewer"), "member")).toThrow(denied);
  });
});

describe("an agent", () => {
  it("is not there for those who are no members of its workspace, whatever they want", () => {
    const elsewhere = { ...AGENT, workspaceId: OTHER, ownerId: ANN };
    expect(() => requireAgentAccess(ann("owner"), elsewhere, "view")).toThrow(notFound);
    expect(() => requireAgentAccess(ann("owner"), elsewhere, "chat")).toThrow(notFound);
    expect(() => requireAgentAccess(ann("owner"), elsewhere, "change", [ANN])).toThrow(notFound);
  });

  it("is for every member to see and talk to", () => {
    requireAgentAccess(ann(), AGENT, "view");
    requireAgentAccess(ann(), AGENT, "chat");
  });

  it("is for viewers to see and listen to, whatever they own", () => {
    const own = { ...AGENT, ownerId: ANN };
    requireAgentAccess(ann("viewer"), own, "view");
    requireAgentAccess(ann("viewer"), own, "listen");
    for (const use of ["chat", "run"] as const) {
      expect(() => requireAgentAccess(ann("viewer"), own, use)).toThrow(denied);
    }
    expect(() => requireAgentAccess(ann("viewer"), own, "change", [ANN])).toThrow(denied);
  });

  it("talks only to tokens that are not limited to other agents", () => {
    const limitedTo = (...agentIds: number[]) =>
      ann("owner", { permissions: ["all"], agentIds: agentIds as AgentId[] });
    requireAgentAccess(limitedTo(20, 21), AGENT, "chat");
    expect(() => requireAgentAccess(limitedTo(21), AGENT, "chat")).toThrow(denied);
    expect(() => requireAgentAccess(limitedTo(), AGENT, "chat")).toThrow(denied);
    expect(() => requireAgentAccess(limitedTo(21), AGENT, "listen")).toThrow(denied);
    requireAgentAccess(limitedTo(21), AGENT, "view");
  });

  it("is changed by its owner, its collaborators and the workspace's owners and admins only", () => {
    expect(() => requireAgentAccess(ann("member"), AGENT, "change", [BOB])).toThrow(denied);
    const { ownerId: _, ...ofTheFile } = AGENT;
    expect(() => requireAgentAccess(ann("member"), ofTheFile, "change", [])).toThrow(denied);
    requireAgentAccess(ann("member"), { ...AGENT, ownerId: ANN }, "change", []);
    requireAgentAccess(ann("member"), AGENT, "change", [BOB, ANN]);
    requireAgentAccess(ann("admin"), AGENT, "change", []);
    requireAgentAccess(ann("owner"), AGENT, "change", []);
  });
});
