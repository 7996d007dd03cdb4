import { describe, expect, it } from "vitest";
import type { TokenScope } from "../domain/access.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import { commonScope, scopeWithin } from "./oauth-scopes.ts";

const [w1, w2] = [1 as WorkspaceId, 2 as WorkspaceId];
const [a1, a2] = [11 as AgentId, 12 as AgentId];
const ALL: TokenScope = { permissions: ["all"] };

describe("what two scopes have in common", () => {
  it.each<[TokenScope, TokenScope, TokenScope]>([
    [ALL, ALL, ALL],
    [ALL, { permissions: ["chat"] }, { permissions: ["chat"] }],
    [{ permissions: ["chat", "getMe"] }, { permissions: ["getMe"] }, { permissions: ["getMe"] }],
    [{ permissions: ["chat"] }, { permissions: ["getMe"] }, { permissions: [] }],
    [ALL, { ...ALL, workspaceIds: [w1] }, { ...ALL, workspaceIds: [w1] }],
    [
      { ...ALL, workspaceIds: [w1, w2], agentIds: [a1] },
      { ...ALL, workspaceIds: [w2], agentIds: [a2] },
      { ...ALL, workspaceIds: [w2], agentIds: [] },
    ],
    [{ ...ALL, workspaceIds: [] }, ALL, { ...ALL, workspaceIds: [] }],
  ])("%j and %j: %j, whichever comes first", (one, other, common) => {
    expect(commonScope(one, other)).toEqual(common);
    expect(commonScope(other, one)).toEqual(common);
  });
});

describe("a request within a limit", () => {
  const limit: TokenScope = { permissions: ["chat", "getMe"], workspaceIds: [w1] };

  it("gets what it asks for, and the limit where it asks for nothing", () => {
    expect(scopeWithin(limit, {})).toEqual(limit);
    expect(scopeWithin(limit, { permissions: ["chat"], agentIds: [a1] })).toEqual({
      permissions: ["chat"],
      workspaceIds: [w1],
      agentIds: [a1],
    });
    expect(scopeWithin(ALL, { permissions: ["chat"] })).toEqual({ permissions: ["chat"] });
    expect(scopeWithin(limit, { workspaceIds: [] })).toEqual({ ...limit, workspaceIds: [] });
  });

  it.each<[Partial<TokenScope>, string]>([
    [{ permissions: ["chat", "createBot"] }, "the permission createBot"],
    [{ permissions: ["all"] }, "the permission all"],
    [{ workspaceIds: [w1, w2] }, "the workspace 2"],
  ])("that goes beyond is refused: %j", (request, excess) => {
    expect(() => scopeWithin(limit, request)).toThrow(`may not be given ${excess}`);
  });
});
