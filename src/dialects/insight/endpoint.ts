import { z } from "zod";
import type { AccessKeyDoor } from "../../access/access-key-door.ts";
import type { EndpointServices } from "../../callbacks/endpoints.ts";
import type { Facts } from "../../chat/facts.ts";
import type { Triggers } from "../../chat/triggers.ts";
import type { Turns } from "../../chat/turns.ts";
import type { AccessKey, AccessScope } from "../../domain/access-key.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call, FrameSource, Reply, Route } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import type { AdapterDoor } from "./adapter-door.ts";
import { readInput } from "./wire.ts";

/** What this family needs of the rest of the server. */
export interface InsightServices {
  store: Store;
  turns: Turns;
  triggers: Triggers;
  facts: Facts;
  /** Who comes in. */
  door: AccessKeyDoor;
  /** Adapters that come in. */
  adapters: AdapterDoor;
  /** What endpoints' secrets are read with. */
  endpoints: EndpointServices;
  options: InsightOptions;
}

export interface InsightOptions {
  /** Of a POST that succeeded: the document says 200, the live service 201. */
  successStatus: 200 | 201;
  /** True: a caller that hangs up stops the answer, also where it waits for the whole of it. */
  abortOnDisconnect: boolean;
  /** How long a reply may take altogether. */
  timeLimitMs: number;
}

/** One call of an endpoint, checked. */
export interface Invocation<Query, Body> {
  services: InsightServices;
  /** Whose token was sent. */
  key: AccessKey;
  query: Query;
  body: Body;
  call: Call;
}

/** One call of an endpoint that finds out itself who calls. */
export interface OpenInvocation<Body> {
  services: InsightServices;
  /** Path parameters, as they were written. */
  params: Record<string, string>;
  body: Body;
  call: Call;
}

/** What an endpoint answers: `data` in the envelope, a page of a list, or a stream. */
export type Outcome =
  | { data: unknown }
  | { data: unknown[]; page: { current: number; pageSize: number; total: number } }
  | { frames: FrameSource };

/** One line of the reference, and the route behind it. */
export interface Endpoint {
  method: "GET" | "POST";
  /** Below the prefix. */
  path: string;
  /** Section of the spec page, such as `§10`. */
  section: string;
  /** What a token must be allowed. `credential`: the body says who calls. `signature`: the body is signed. */
  access: AccessScope | "credential" | "signature";
  /** What it does; a few words. */
  summary: string;
  /** It writes `code` as a string, in errors too. */
  isCodeText: boolean;
  /** False: it only answers that it is not there. */
  isSupported: boolean;
  /** What it reads. No `body`: it is not looked at, or it is not read as JSON. */
  input: { query: z.ZodObject; body?: z.ZodObject };
  route(services: InsightServices): Route<AccessKey>;
}

type RouteText = `${"GET" | "POST"} /${string}`;

/** Declares one endpoint: what it needs, what it reads, what it does. */
export function endpoint<Query extends z.ZodRawShape, Body extends z.ZodRawShape>(definition: {
  /** `POST /bot/message`; below the prefix. */
  route: RouteText;
  section: string;
  scope: AccessScope;
  summary: string;
  isCodeText?: boolean;
  isSupported?: boolean;
  /** Absent: the server's. In bytes. */
  maxBodyBytes?: number;
  query?: Query;
  /** Left out: the body is not looked at. */
  body?: Body;
  run(invocation: Invocation<z.output<z.ZodObject<Query>>, z.output<z.ZodObject<Body>>>): Promise<Outcome>;
}): Endpoint {
  const { section, scope, summary, isCodeText = false, isSupported = true, maxBodyBytes } = definition;
  const { method, path } = readRoute(definition.route);
  const querySchema = z.object(definition.query ?? ({} as Query));
  const bodySchema = z.object(definition.body ?? ({} as Body));
  const input = { query: querySchema, ...(definition.body !== undefined && { body: bodySchema }) };
  const route = (services: InsightServices): Route<AccessKey> => ({
    method,
    path,
    access: "access-token",
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    async handle(call: Call, key: AccessKey): Promise<Reply> {
      requireScope(key, scope);
      const query = readInput(querySchema, givenValues(call.query));
      const body = readInput(bodySchema, definition.body === undefined ? {} : jsonBody(call));
      return present(await definition.run({ services, key, query, body, call }), call, services, isCodeText);
    },
  });
  return { method, path, section, access: scope, summary, isCodeText, isSupported, input, route };
}

/** Declares an endpoint without a token: its body has the credential. */
export function credentialEndpoint<Body extends z.ZodRawShape>(definition: {
  route: RouteText;
  section: string;
  summary: string;
  body: Body;
  run(invocation: OpenInvocation<z.output<z.ZodObject<Body>>>): Promise<Outcome>;
}): Endpoint {
  const { section, summary } = definition;
  const { method, path } = readRoute(definition.route);
  const bodySchema = z.object(definition.body);
  const route = (services: InsightServices): Route<AccessKey> => ({
    method,
    path,
    access: "public",
    async handle(call: Call): Promise<Reply> {
      const body = readInput(bodySchema, jsonBody(call));
      return present(await definition.run({ services, params: call.params, body, call }), call, services);
    },
  });
  const input = { query: z.object({}), body: bodySchema };
  return {
    method,
    path,
    section,
    access: "credential",
    summary,
    isCodeText: false,
    isSupported: true,
    input,
    route,
  };
}

/** Declares an endpoint without a token whose body is signed: `run` gets its bytes as they came. */
export function signedEndpoint(definition: {
  route: RouteText;
  section: string;
  summary: string;
  /** Absent: the server's. */
  maxBodyBytes?: number;
  run(invocation: OpenInvocation<Buffer>): Promise<Outcome>;
}): Endpoint {
  const { section, summary, maxBodyBytes } = definition;
  const { method, path } = readRoute(definition.route);
  const route = (services: InsightServices): Route<AccessKey> => ({
    method,
    path,
    access: "public",
    body: "bytes",
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
    async handle(call: Call): Promise<Reply> {
      const body = Buffer.isBuffer(call.body) ? call.body : Buffer.alloc(0);
      return present(await definition.run({ services, params: call.params, body, call }), call, services);
    },
  });
  const input = { query: z.object({}) };
  return {
    method,
    path,
    section,
    access: "signature",
    summary,
    isCodeText: false,
    isSupported: true,
    input,
    route,
  };
}

function readRoute(route: RouteText): { method: "GET" | "POST"; path: string } {
  const [word, path = ""] = route.split(" ");
  return { method: word === "GET" ? "GET" : "POST", path };
}

function requireScope({ scopes }: AccessKey, scope: AccessScope): void {
  if (scopes.includes(scope)) return;
  throw new DomainError("permission_denied", `the access key lacks the scope ${scope}`);
}

/** The body where it says that it is JSON. Source: spec page of Insight §8, "Body". */
function jsonBody({ body, headers }: Call): unknown {
  if (body === undefined) return {};
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) return body;
  throw new DomainError("request_invalid", "the content-type must be application/json", {
    field: "content-type",
  });
}

/** A parameter given twice counts with its last value, an empty one not at all. */
function givenValues(query: Call["query"]): Record<string, string | undefined> {
  const lasts = Object.entries(query).map(
    ([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value] as const,
  );
  return Object.fromEntries(lasts.filter(([, value]) => value !== ""));
}

/** The envelope. Never a `message`: some clients show it as the reply. Source: spec page of Insight §8. */
function present(outcome: Outcome, call: Call, { options }: InsightServices, isCodeText = false): Reply {
  if ("frames" in outcome) return { kind: "stream", frames: outcome.frames };
  return {
    kind: "json",
    status: call.method === "POST" ? options.successStatus : 200,
    body: { code: isCodeText ? "0" : 0, ...outcome, requestId: call.requestId },
  };
}
