import { send } from "../../api/client.ts";

export interface Credentials {
  name: string;
  password: string;
}

/** Begins a session. Rejects with an `ApiError` when name and password do not belong together. */
export async function signIn({ name, password }: Credentials): Promise<void> {
  await send(
    new Request("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    }),
  );
}
