import { expect } from "vitest";
import type { CozeWorld, UserName } from "./world.ts";

/** Calls shaped as cozepy and coze-go send them. Source: spec page §1.1, §21. */
export function plainCalls(world: () => CozeWorld) {
  /** The `data` of an answer, which must be a good one. */
  const data = async (...args: Parameters<CozeWorld["call"]>) => {
    const { json } = await world().call(...args);
    expect(json).toMatchObject({ code: 0 });
    return json.data;
  };
  return {
    data,
    codeOf: async (...args: Parameters<CozeWorld["call"]>) => (await world().call(...args)).json.code,
    userId: async (name: UserName) => (await world().sdk(name).users.me()).user_id,
    newBot: async (name = "Py"): Promise<string> => {
      const { bot_id } = await data("POST /v1/bot/create", {
        body: { space_id: world().spaceId, name, description: null, icon_file_id: null, prompt_info: null },
      });
      return bot_id;
    },
  };
}
