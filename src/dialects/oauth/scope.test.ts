import { describe, expect, it } from "vitest";
import { CHAT_PERMISSIONS, WireScope } from "./scope.ts";
import { readInput } from "./wire.ts";

const read = (scope: unknown) => readInput(WireScope, scope);

describe("the scope of a JWT grant", () => {
  it("leaves everything to the app where it says nothing", () => {
    for (const scope of [
      {},
      { account_permission: null },
      { account_permission: { permission_list: null } },
    ]) {
      expect(read(scope)).toEqual({});
    }
  });

  it("asks for what its lists name together, each once, whatever resource they name it by", () => {
    expect(
      read({
        account_permission: { permission_list: ["chat", "Account.getMe"] },
        workspace_permission: { workspace_id_list: ["7", 8], permission_list: ["chat"] },
        workflow_permission: { workflow_id_list: ["1"], permission_list: ["Workflow.run"] },
      }),
    ).toEqual({ permissions: ["chat", "getMe", "run"], workspaceIds: [7, 8], workflowIds: [1] });
  });

  it("knows the permission the SDKs ask for to chat", () => {
    expect(
      read({
        account_permission: { permission_list: ["Connector.botChat"] },
        attribute_constraint: { connector_bot_chat_attribute: { bot_id_list: ["738"] } },
      }),
    ).toEqual({ permissions: CHAT_PERMISSIONS, agentIds: [738] });
  });

  it("asks for nothing with an empty list, and for no agent with ids that cannot be", () => {
    expect(read({ account_permission: { permission_list: [] } })).toEqual({ permissions: [] });
    const bots = ["", "x", "99999999999999999999", 0, 1.5, "__proto__"];
    expect(
      read({ attribute_constraint: { connector_bot_chat_attribute: { bot_id_list: bots } } }).agentIds,
    ).toEqual(bots.map(() => 0));
  });

  it.each([
    [{ account_permission: "all" }, "account_permission"],
    [{ account_permission: { permission_list: "all" } }, "account_permission.permission_list"],
    [{ workspace_permission: { workspace_id_list: [{}] } }, "workspace_permission.workspace_id_list.0"],
  ])("that is none is refused, naming the field: %j", (scope, field) => {
    expect(() => read(scope)).toThrow(expect.objectContaining({ code: "request_invalid", field }));
  });
});
