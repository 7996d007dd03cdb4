/** What the token endpoint said. */
export interface TokenAnswer {
  status: number;
  body: Record<string, unknown> & {
    access_token?: string;
    refresh_token?: string;
    expires_in?: number;
    error?: string;
    error_code?: string;
    error_message?: string;
  };
}

/** Asks an address of the OAuth family with JSON; `bearer` stands in the Authorization header. */
export async function ask(
  url: string,
  path: string,
  body: unknown,
  options: { bearer?: string; headers?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${url}/api/permission/oauth2${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
      ...options.headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer["body"] };
}

export function askForToken(
  url: string,
  body: Record<string, unknown>,
  bearer?: string,
): Promise<TokenAnswer> {
  return ask(url, "/token", body, bearer === undefined ? {} : { bearer });
}

/** The answer in short: the OAuth error, or `granted`. */
export function outcome({ body }: TokenAnswer): string {
  return body.access_token === undefined ? String(body.error) : "granted";
}
