import { api } from "../../api/client.ts";

export interface Credentials {
  name: string;
  password: string;
}

/** Begins a session. Rejects with an `ApiError` when name and password do not belong together. */
export async function signIn(body: Credentials): Promise<void> {
  await api.POST("/api/session", { body });
}
