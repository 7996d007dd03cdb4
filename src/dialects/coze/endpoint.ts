import { z } from "zod";
import { requirePermission, requireRoleSomewhere } from "../../access/permissions.ts";
import type { EndpointServices } from "../../callbacks/endpoints.ts";
import type { Facts } from "../../chat/facts.ts";
import type { Turns } from "../../chat/turns.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call, FrameSource, Reply, Route } from "../../http/route.ts";
import type { ModelCatalog } from "../../models/chat-model.ts";
import type { PublishServices } from "../../publish/services.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import type { Store } from "../../storage/store.ts";
import type { WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { isRecorded, placeOfChange, recordEndpoint } from "./audit-trail.ts";
import { readInput } from "./wire.ts";

/** What this family needs of the rest of the server. */
export interface CozeServices {
  store: Store;
  turns: Turns;
  facts: Facts;
  blobs: BlobStore;
  models: Pick<ModelCatalog, "find" | "names">;
  workflows: WorkflowEngine;
  /** What publishing works with. */
  publishing: PublishServices;
  /** What managing callback apps works with. */
  endpoints: EndpointServices;
  options: CozeOptions;
}

export interface CozeOptions {
  /** Largest uploaded file, in bytes. */
  maxFileBytes: number;
  /** True: a caller that hangs up stops the answer. */
  abortOnDisconnect: boolean;
  /** Scheme, host and port under which the server is reached; undefined: as the request says. */
  publicUrl: string | undefined;
  /** How long a caller waits for a run that it does not follow as a stream. */
  runReplyMs: number;
  /** Silence after which the stream of a run says that it is still there. */
  pingMs: number;
}

/** One call of an endpoint, checked. */
export interface Invocation<Query, Body> {
  services: CozeServices;
  caller: TokenCaller;
  /** Path parameters, as they were written. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  call: Call;
}

/**
 * What an endpoint answers: `data` inside the envelope, members beside `code` (which they may set, as the result of a run
 * that failed does), or a stream.
 */
export type Outcome = { data: unknown } | { members: Record<string, unknown> } | { frames: FrameSource };

/** One line of the reference, and the route behind it. */
export interface Endpoint {
  methods: Route<TokenCaller>["method"][];
  path: string;
  /** Section of the spec page, such as `§6`. */
  section: string;
  /** What a token must permit: any one of these. Empty: it is not there yet. */
  permissions: readonly string[];
  /** What it does, or why it is not there yet; a few words. */
  summary: string;
  isSupported: boolean;
  /** What it reads beside its path. No `body`: it is not looked at. */
  input: { query: z.ZodObject; body?: z.ZodObject };
  routes(services: CozeServices): Route<TokenCaller>[];
}

/** Declares one endpoint: what it needs, what it reads, what it does. */
export function endpoint<Query extends z.ZodRawShape, Body extends z.ZodRawShape>(definition: {
  /** `POST /v3/chat`; several methods are separated by `|`. */
  route: `${string} /${string}`;
  section: string;
  /** Several: any one of them is enough. */
  permission: string | readonly [string, ...string[]];
  summary: string;
  query?: Query;
  /** Left out: the body is not looked at. */
  body?: Body;
  /** The body is a file that `run` reads. */
  isUpload?: boolean;
  /** Changes nothing although it is no GET, so that viewers may call it. */
  isReading?: boolean;
  run(invocation: Invocation<z.output<z.ZodObject<Query>>, z.output<z.ZodObject<Body>>>): Promise<Outcome>;
}): Endpoint {
  const { section, permission, summary, isReading = false } = definition;
  const permissions = typeof permission === "string" ? ([permission] as const) : permission;
  const { methods, path } = readRoute(definition.route);
  const querySchema = z.object(definition.query ?? ({} as Query));
  const bodySchema = z.object(definition.body ?? ({} as Body));
  const routes = (services: CozeServices): Route<TokenCaller>[] =>
    methods.map((method) => ({
      method,
      path,
      access: "access-token" as const,
      ...(definition.isUpload === true ? { body: "upload" as const } : {}),
      async handle(call: Call, caller: TokenCaller): Promise<Reply> {
        requirePermission(caller, ...permissions);
        if (!isReading && method !== "GET") requireRoleSomewhere(caller, "member");
        const query = readInput(querySchema, lastValues(call.query));
        const body = readInput(bodySchema, definition.body === undefined ? {} : (call.body ?? {}));
        const { params } = call;
        const place =
          isReading || !isRecorded(method, path)
            ? undefined
            : await placeOfChange(services.store, caller, { method, path, params, body });
        const outcome = await definition.run({ services, caller, params, query, body, call });
        if (place !== undefined) {
          const made = "data" in outcome ? outcome.data : undefined;
          await recordEndpoint(services.store, caller, { place, call, path, made });
        }
        return present(outcome, call);
      },
    }));
  const input = { query: querySchema, ...(definition.body === undefined ? {} : { body: bodySchema }) };
  return { methods, path, section, permissions, summary, isSupported: true, input, routes };
}

/**
 * Declares an endpoint of the family that is not there yet: it answers a typed error that says so. `what` is a
 * plural. `isUpload`: its body is a file, which is not looked at.
 */
export function laterEndpoint(
  route: `${string} /${string}`,
  section: string,
  what: string,
  { isUpload = false }: { isUpload?: boolean } = {},
): Endpoint {
  const { methods, path } = readRoute(route);
  const refuse = async (): Promise<Reply> => {
    throw new DomainError("not_supported", `${what} are not available on this server yet`);
  };
  return {
    methods,
    path,
    section,
    permissions: [],
    summary: what,
    isSupported: false,
    input: { query: z.object({}) },
    routes: () =>
      methods.map((method) => ({
        method,
        path,
        access: "access-token" as const,
        ...(isUpload ? { body: "upload" as const } : {}),
        handle: refuse,
      })),
  };
}

function readRoute(route: string): { methods: Route<TokenCaller>["method"][]; path: string } {
  const [words = "", path = ""] = route.split(" ");
  const methods = words.split("|").map((word) => {
    const method = METHODS.find((candidate) => candidate === word);
    if (method === undefined) throw new TypeError(`"${route}" names no method`);
    return method;
  });
  return { methods, path };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A parameter given twice counts with its last value. */
function lastValues(query: Call["query"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, Array.isArray(value) ? value.at(-1) : value]),
  );
}

function present(outcome: Outcome, call: Call): Reply {
  const headers = { "x-tt-logid": call.requestId };
  if ("frames" in outcome) return { kind: "stream", headers, frames: outcome.frames };
  const members = "data" in outcome ? { data: outcome.data } : outcome.members;
  return {
    kind: "json",
    headers,
    body: { code: 0, msg: "", ...members, detail: { logid: call.requestId } },
  };
}
