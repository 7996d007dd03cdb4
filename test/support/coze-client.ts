import { CozeAPI } from "@coze/api";
import { type Exchange, type StrictProxy, startStrictProxy } from "./coze-proxy.ts";

/** What the family answers, for tests that look into bodies of every shape. */
export interface CozeReply extends Exchange {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly json: any;
}

export interface CozeCallOptions {
  /** Sent as JSON, unless it is a string or a form with files: those as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** The callers of one installation, all watched by one strict proxy. */
export interface CozeClients {
  readonly proxy: StrictProxy;
  /** The official SDK. */
  sdk(token: string): CozeAPI;
  /** One call as another SDK would send it; reads the whole answer. */
  call(token: string, route: `${string} /${string}`, options?: CozeCallOptions): Promise<CozeReply>;
  close(): Promise<void>;
}

/** `url` is asked with every call: the server may be restarted in between. */
export async function openCozeClients(url: () => string): Promise<CozeClients> {
  const proxy = await startStrictProxy(url);
  let calls = 0;
  return {
    proxy,
    sdk: (token) => new CozeAPI({ baseURL: proxy.url, token }),
    async call(token, route, { body, headers = {} } = {}) {
      const [method = "", target = ""] = route.split(" ");
      const isReady = body === undefined || typeof body === "string" || body instanceof FormData;
      const content = isReady ? body : JSON.stringify(body);
      calls += 1;
      const mark = String(calls);
      const response = await fetch(`${proxy.url}${target}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" }),
          ...headers,
          "x-test-call": mark,
        },
        ...(content === undefined ? {} : { body: content }),
      });
      await response.text();
      const exchange = proxy.exchanges.findLast((one) => one.requestHeaders["x-test-call"] === mark);
      if (exchange === undefined) throw new Error(`${route} did not pass the proxy`);
      return {
        ...exchange,
        get json() {
          return JSON.parse(exchange.body);
        },
      };
    },
    close: () => proxy.close(),
  };
}
