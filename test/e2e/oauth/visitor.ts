/** A person's browser without a window: keeps cookies, fills in forms, never follows a redirect by itself. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Seen>;
  /** Sends the page's form that posts, with these fields put in or, when undefined, taken out. */
  submit(
    seen: Seen,
    fields?: Record<string, string | undefined>,
    headers?: Record<string, string>,
  ): Promise<Seen>;
  /** Sends a form from nowhere. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Seen>;
  signIn(name: string, password: string, back?: string): Promise<Seen>;
  /** What the server remembers this browser by. */
  readonly cookies: Map<string, string>;
}

/** One answer. */
export interface Seen {
  status: number;
  headers: Headers;
  body: string;
  /** Where it leads; empty when nowhere. */
  location: string;
  /** Attributes and hidden fields of the first form that posts. */
  form: { action: string; fields: Record<string, string> } | undefined;
}

export function aVisitor(url: string, language = "en"): Visitor {
  const cookies = new Map<string, string>();
  const call = async (path: string, init: RequestInit): Promise<Seen> => {
    const headers = new Headers(init.headers);
    headers.set("accept-language", language);
    if (cookies.size > 0)
      headers.set("cookie", [...cookies].map(([key, value]) => `${key}=${value}`).join("; "));
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const body = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body,
      location: response.headers.get("location") ?? "",
      form: formOf(body),
    };
  };
  const visitor: Visitor = {
    cookies,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, fields, headers = {}) =>
      call(path, { method: "POST", headers, body: new URLSearchParams(fields) }),
    async submit({ form }, fields = {}, headers = {}) {
      if (form === undefined) throw new Error("the page has no form that posts");
      const all = Object.entries({ ...form.fields, ...fields }).filter(([, value]) => value !== undefined);
      return visitor.post(form.action, Object.fromEntries(all) as Record<string, string>, headers);
    },
    async signIn(name, password, back) {
      const query = back === undefined ? "" : `?${new URLSearchParams({ return_to: back })}`;
      const seen = await visitor.get(`/sign-in${query}`);
      return visitor.submit(seen, { user_name: name, password });
    },
  };
  return visitor;
}

function formOf(page: string): Seen["form"] {
  const [, action, content = ""] = /<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/.exec(page) ?? [];
  if (action === undefined) return undefined;
  const hidden = content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  const fields = Object.fromEntries([...hidden].map(([, name = "", value = ""]) => [name, unescaped(value)]));
  return { action: unescaped(action), fields };
}

/** What the characters stand for. */
export function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

/** What a page says in its alert; empty without one. */
export function alertOf({ body }: Seen): string {
  return unescaped(/role="alert"[^>]*>([^<]*)</.exec(body)?.[1] ?? "");
}
