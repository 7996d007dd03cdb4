import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";

const me = endpoint({
  route: "GET /v1/users/me",
  section: "§16",
  // Unverified: the spec page names no permission here.
  permission: "getMe",
  summary: "Who the token belongs to",
  async run({ caller: { user } }) {
    return {
      data: {
        user_id: formatId(user.id),
        user_name: user.name,
        nick_name: user.nickname,
        avatar_url: user.avatarUrl,
      },
    };
  },
});

export const userEndpoints: Endpoint[] = [me];
