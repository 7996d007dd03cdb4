import { STATUS_CODES } from "node:http";
import { expect } from "vitest";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

/** What every code is called. Source: spec page of Insight §8.1. */
const ERROR_CODES: Record<number, string> = {
  40001: "INVALID_PARAM",
  40002: "MALFORMED_JSON",
  40003: "CONTENT_TOO_LONG",
  40101: "TOKEN_MISSING",
  40102: "TOKEN_INVALID",
  40103: "TOKEN_EXPIRED",
  40104: "ACCESS_KEY_INVALID",
  40201: "AI_INTEGRAL_POINTS_EXHAUSTED",
  40301: "SCOPE_DENIED",
  40302: "BOT_DISABLED",
  40401: "BOT_NOT_FOUND",
  40402: "KNOWLEDGE_BASE_NOT_FOUND",
  40403: "DOC_NOT_FOUND",
  40404: "PARAGRAPH_NOT_FOUND",
  40405: "CANVAS_EVENT_NOT_FOUND",
  40406: "CANVAS_EXEC_NOT_FOUND",
  40407: "SESSION_NOT_FOUND",
  40408: "VOICE_CALL_NOT_FOUND",
  40901: "NAME_DUPLICATE",
  40902: "KNOWLEDGE_BASE_IN_USE",
  40903: "DOC_PROCESSING",
  40904: "VOICE_CALL_RUNNING",
  40905: "SESSION_BUSY",
  41301: "PAYLOAD_TOO_LARGE",
  42201: "WORKFLOW_REFERENCE_BROKEN",
  42901: "RATE_LIMITED",
  42902: "EVENT_TRIGGER_LIMIT",
  50001: "INTERNAL",
  50101: "NOT_CONFIGURED",
  50201: "MODEL_ERROR",
  50202: "WEB_FETCH_FAILED",
  50401: "EXEC_TIMEOUT",
};
/** A route that does not exist; the document has no word for it. */
const NO_ROUTE = 40400;
/** The one route that writes its code as a text. Source: spec page of Insight §11.2. */
const TEXT_CODE_ROUTE = "/bot/voice-call/stop";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface StrictCall {
  body?: unknown;
  /** Absent: the client's; null: none. */
  token?: string | null;
  /** `/openapi` when absent. */
  prefix?: string;
  headers?: Record<string, string>;
}

export interface StrictReply {
  status: number;
  body: Any;
}

/**
 * Calls the Insight Open API as plain HTTP and refuses every answer that is neither the envelope of a success nor the
 * whole superset of an error.
 */
export class StrictClient {
  readonly #url: string;
  #token = "";

  constructor(url: string) {
    this.#url = url;
  }

  /** Gets a token and uses it from now on. */
  async authenticate(accessKeyId: string, accessKeySecret: string): Promise<string> {
    const reply = await this.call("POST /get-access-token", {
      ...{ body: { accessKeyId, accessKeySecret }, token: null },
    });
    expect(reply.body.data, JSON.stringify(reply.body)).toEqual({
      accessToken: expect.stringMatching(/^[\x21-\x7e]{1,1024}$/),
      expiresIn: 7200,
    });
    this.#token = reply.body.data.accessToken;
    return this.#token;
  }

  async call(route: string, options: StrictCall = {}): Promise<StrictReply> {
    const response = await this.#send(route, options);
    const text = await response.text();
    checkReply(route, response, text);
    return { status: response.status, body: JSON.parse(text) };
  }

  /** Calls and resolves with `data`; fails unless it is a success. */
  async data(route: string, body?: unknown): Promise<Any> {
    const reply = await this.call(route, body === undefined ? {} : { body });
    expect([route, reply.status, reply.body.code]).toEqual([route, 200, 0]);
    return reply.body.data;
  }

  /** The frames of a stream, as they stand behind `data:`. Only such lines, comments and blank ones may come. */
  async frames(body: object): Promise<Any[]> {
    const response = await this.#send("POST /bot/message", { body: { stream: true, ...body } });
    const text = await response.text();
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith(":"));
    expect(lines.filter((line) => !line.startsWith("data: "))).toEqual([]);
    return lines.slice(0, -1).map((line) => JSON.parse(line.slice("data: ".length)));
  }

  #send(route: string, { body, token = this.#token, prefix = "/openapi", headers = {} }: StrictCall) {
    const [method = "", path = ""] = route.split(" ");
    return fetch(`${this.#url}${prefix}${path}`, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }
}

function checkReply(route: string, { status, headers }: Response, text: string): void {
  expect([route, headers.get("content-type")]).toEqual([route, "application/json; charset=utf-8"]);
  const body = JSON.parse(text);
  expect(body.requestId).toMatch(UUID);
  expect(headers.get("x-request-id")).toBe(body.requestId);
  expect(text).not.toContain(":null");
  const isTextCode = route.split(" ")[1] === TEXT_CODE_ROUTE;
  expect([route, typeof body.code]).toEqual([route, isTextCode ? "string" : "number"]);
  if (Number(body.code) === 0) checkSuccess(route, status, body);
  else checkError(route, status, headers, body);
}

/** Source: spec page of Insight §8. */
function checkSuccess(route: string, status: number, body: Any): void {
  const members = Object.keys(body).filter((name) => name !== "page");
  expect([route, status, members]).toEqual([route, 200, ["code", "data", "requestId"]]);
  if (!("page" in body)) return;
  expect(Array.isArray(body.data)).toBe(true);
  expect(body.page).toEqual({
    current: expect.any(Number),
    pageSize: expect.any(Number),
    total: expect.any(Number),
  });
}

/** Source: spec page of Insight §8.1. */
function checkError(route: string, status: number, headers: Headers, body: Any): void {
  const code = Number(body.code);
  expect([route, status]).toEqual([route, Math.floor(code / 100)]);
  expect(body).toEqual({
    code: body.code,
    errorCode: code === NO_ROUTE ? expect.stringMatching(/^[A-Z_]+$/) : ERROR_CODES[code],
    message: expect.stringMatching(/./),
    userMessage: expect.stringMatching(/[\u4e00-\u9fff]/),
    details: expect.any(Array),
    statusCode: status,
    error: STATUS_CODES[status],
    requestId: expect.any(String),
  });
  for (const detail of body.details) {
    expect(detail).toEqual({
      field: expect.any(String),
      rule: expect.stringMatching(/^[a-z_]+$/),
      message: expect.stringMatching(/./),
    });
  }
  if (code === 40001) expect(body.details.length, route).toBeGreaterThan(0);
  if (code === 42901) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
}
