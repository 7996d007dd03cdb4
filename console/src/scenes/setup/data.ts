import { answerOf, api } from "../../api/client.ts";

export interface FirstOwner {
  token: string;
  name: string;
  nickname?: string;
  password: string;
}

/** Makes the owner and begins its session. Rejects with an `ApiError`, 401 where the link is void. */
export async function claim(body: FirstOwner) {
  return answerOf(api.POST("/api/setup", { body }));
}
