import { z } from "zod";
import { requirePermission, requireRoleSomewhere } from "../../access/permissions.ts";
import type { SignInThrottle } from "../../access/sign-in.ts";
import type { EndpointServices } from "../../callbacks/endpoints.ts";
import type { ModelDesk } from "../../catalog/model-desk.ts";
import type { Facts } from "../../chat/facts.ts";
import type { Turns } from "../../chat/turns.ts";
import type { Role, TokenCaller } from "../../domain/access.ts";
import type { ApiExample, AskedQuestion } from "../../domain/api-example.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Call, FrameSource, Reply, Route } from "../../http/route.ts";
import { serverAddress } from "../../http/server-address.ts";
import type { Evaluations } from "../../learning/evaluations.ts";
import type { PublishServices } from "../../publish/services.ts";
import type { WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { placeOfChange, recordOperation } from "./audit-trail.ts";
import { consoleCaller } from "./caller.ts";
import type { ChangeWatch } from "./change-watch.ts";
import { readInput } from "./wire.ts";

/** What this dialect needs of the rest of the server. */
export interface ConsoleServices extends EndpointServices {
  publishing: PublishServices;
  facts: Facts;
  turns: Turns;
  workflows: WorkflowEngine;
  /** What callers of the Insight family know an agent by. */
  insightBotId(agentId: AgentId): string;
  /** What they know a conversation by. */
  insightSessionId(conversation: Conversation): string;
  /** How a question is asked over each family. */
  apiExamples(asked: AskedQuestion): ApiExample[];
  modelDesk: ModelDesk;
  evaluations: Evaluations;
  changes: ChangeWatch;
  /** The one of the whole process. */
  signInThrottle: SignInThrottle;
  /** Scheme, host and port under which the server is reached; undefined: as the request says. */
  publicUrl: string | undefined;
  installation: Installation;
}

/** What there is to know about this installation. */
export interface Installation {
  version: string;
  startedAt: Date;
  durability: "full" | "relaxed";
  /** Where files are, and the database of SQLite. */
  dataDirectory: string;
}

/** What a token must permit. */
export type ConsolePermission =
  | "viewCallbacks"
  | "manageCallbacks"
  | "viewChannels"
  | "manageChannels"
  | "publish"
  | "viewFeedback"
  | "viewAgents"
  | "manageAgents"
  | "chat"
  | "viewConversations"
  | "manageConversations"
  | "viewWorkflows"
  | "manageWorkflows"
  | "viewAccessKeys"
  | "manageAccessKeys"
  | "viewModels"
  | "manageModels"
  | "manageEvaluations"
  | "viewWorkspace"
  | "manageWorkspace"
  | "manageMembers"
  | "manageAccount"
  | "manageTokens"
  | "manageOAuthApps"
  | "viewAudit"
  | "viewLimits"
  | "manageLimits"
  | "viewAbout";

/**
 * The least role that a caller needs in the workspace it is about, such as `viewer` for what only reads; `anyone`: it is
 * about the caller itself. `run` checks it of the workspace that is meant (`requirePlace`, `requireMembership`,
 * `requireAgentAccess`), and may ask for more, such as being the agent's owner. The generated access test calls every
 * operation with every role.
 */
export type LeastRole = Role | "anyone";

/** An answer of any length: JSON, one object a line, or text of another kind. */
export class JsonLines {
  readonly lines: FrameSource;
  /** What a browser keeps it as. */
  readonly fileName: string;
  readonly mediaType: string;

  constructor(lines: FrameSource, fileName: string, mediaType = "application/x-ndjson") {
    this.lines = lines;
    this.fileName = fileName;
    this.mediaType = mediaType;
  }
}

/** An answer that goes on: server-sent events, as `text/event-stream`. */
export class EventStream {
  readonly frames: FrameSource;

  constructor(frames: FrameSource) {
    this.frames = frames;
  }
}

/** An answer that also says something in headers, such as a cookie. */
export class WithHeaders<Body> {
  readonly body: Body;
  readonly headers: Record<string, string>;

  constructor(body: Body, headers: Record<string, string>) {
    this.body = body;
    this.headers = headers;
  }
}

/** One call of an operation, checked. */
export interface Invocation<Query, Body> {
  services: ConsoleServices;
  caller: TokenCaller;
  /** Path parameters, as they were written. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  requestId: string;
  /** What it came as. */
  call: Call;
  /** Aborts when the caller hangs up. */
  signal: AbortSignal;
  /** Scheme, host and port under which the caller reaches the server. Throws `request_invalid` when it says no host. */
  serverUrl(): string;
  /** Who calls, by what holds now: for streams that outlive it. Rejects when the caller may call no more. */
  again(): Promise<TokenCaller>;
  /** `Last-Event-ID`: the last event of the stream that the caller has seen. Absent: it begins anew. */
  lastEventId?: string;
}

/** One line of the reference, and the route behind it. */
export interface Operation {
  method: Route<TokenCaller>["method"];
  /** Below `/api`. */
  path: string;
  /** What a token must permit; `public`: anybody may call it, signed in or not. */
  permission: ConsolePermission | "public";
  role: LeastRole | "public";
  /** What it does; a sentence without its full stop. */
  summary: string;
  input: { query: z.ZodObject; body?: z.ZodObject };
  /** What it answers with, as JSON. Absent: a stream, or nothing worth reading. */
  answer?: z.ZodType;
  /** What each event of its stream says, as JSON. Absent: it answers with no stream, or one that is not described. */
  events?: z.ZodType;
  route(services: ConsoleServices): Route<TokenCaller>;
}

/** What an operation declares beside who may call it. */
interface Declaration<Query extends z.ZodRawShape, Body extends z.ZodRawShape, Answer extends z.ZodType> {
  /** `GET /events`; below `/api`. */
  route: `${Operation["method"]} /${string}`;
  summary: string;
  query?: Query;
  /** Left out: the body is not looked at. */
  body?: Body;
  /**
   * What it answers with; times as `Date` (see `wireMoment`). Goes into the OpenAPI document, from which the pages get
   * their types. Left out: a stream, or nothing worth reading.
   */
  answer?: Answer;
  /** What each event of an answer that is an `EventStream` says, as JSON. */
  events?: z.ZodType;
}

type Answered<Answer extends z.ZodType> = Promise<
  z.input<Answer> | JsonLines | EventStream | WithHeaders<z.input<Answer>>
>;

/** Declares one operation: what it needs, what it reads, what it does. What `run` resolves with is the answer. */
export function operation<
  Query extends z.ZodRawShape,
  Body extends z.ZodRawShape,
  Answer extends z.ZodType = z.ZodUnknown,
>(
  definition: Declaration<Query, Body, Answer> & {
    permission: ConsolePermission;
    role: LeastRole;
    run(invocation: Invocation<z.output<z.ZodObject<Query>>, z.output<z.ZodObject<Body>>>): Answered<Answer>;
  },
): Operation {
  const { permission, role } = definition;
  const { described, read } = describe(definition);
  const { method, path } = described;
  return {
    ...described,
    permission,
    role,
    route: (services) => ({
      method,
      path,
      access: "access-token",
      async handle(call, caller) {
        requirePermission(caller, permission);
        if (role !== "anyone") requireRoleSomewhere(caller, role);
        const { params, requestId, signal } = call;
        const lastEventId = call.headers["last-event-id"];
        const again = () => consoleCaller(services, call);
        const serverUrl = () => serverAddress(call, services.publicUrl).origin;
        const rest = {
          call,
          requestId,
          signal,
          serverUrl,
          again,
          ...(typeof lastEventId === "string" && { lastEventId }),
        };
        const given = read(call);
        const place = await placeOfChange(services.store, caller, { method, path, role, params, ...given });
        const answer = await definition.run({ services, caller, params, ...given, ...rest });
        if (place !== undefined) await recordOperation(services.store, caller, { place, call, answer });
        return replyOf(answer);
      },
    }),
  };
}

/** One call of an operation that anybody may call. */
export interface OpenInvocation<Query, Body> {
  services: ConsoleServices;
  call: Call;
  query: Query;
  body: Body;
}

/** Declares an operation for people who are not signed in, or not yet. */
export function openOperation<
  Query extends z.ZodRawShape,
  Body extends z.ZodRawShape,
  Answer extends z.ZodType = z.ZodUnknown,
>(
  definition: Declaration<Query, Body, Answer> & {
    run(
      invocation: OpenInvocation<z.output<z.ZodObject<Query>>, z.output<z.ZodObject<Body>>>,
    ): Answered<Answer>;
  },
): Operation {
  const { described, read } = describe(definition);
  const { method, path } = described;
  return {
    ...described,
    permission: "public",
    role: "public",
    route: (services) => ({
      method,
      path,
      access: "public",
      handle: async (call) => replyOf(await definition.run({ services, call, ...read(call) })),
    }),
  };
}

function describe<Query extends z.ZodRawShape, Body extends z.ZodRawShape, Answer extends z.ZodType>(
  definition: Declaration<Query, Body, Answer>,
) {
  const { summary, answer, events } = definition;
  const [word = "", path = ""] = definition.route.split(" ");
  const method = METHODS.find((candidate) => candidate === word);
  if (method === undefined) throw new TypeError(`"${definition.route}" names no method`);
  const query = z.object(definition.query ?? ({} as Query));
  const body = z.strictObject(definition.body ?? ({} as Body));
  const isBodyRead = definition.body !== undefined;
  return {
    described: {
      method,
      path,
      summary,
      input: { query, ...(isBodyRead && { body }) },
      ...(answer !== undefined && { answer }),
      ...(events !== undefined && { events }),
    },
    read: (call: Call) => ({
      query: readInput(query, lastValues(call.query)),
      body: readInput(body, isBodyRead ? (call.body ?? {}) : {}),
    }),
  };
}

function replyOf(answer: unknown): Reply {
  if (answer instanceof JsonLines) return asStream(answer);
  if (answer instanceof EventStream) return { kind: "stream", frames: answer.frames };
  if (answer instanceof WithHeaders)
    return { kind: "json", headers: answer.headers, body: answer.body ?? {} };
  return { kind: "json", body: answer ?? {} };
}

function asStream({ lines, fileName, mediaType }: JsonLines): Reply {
  const headers = {
    "content-type": `${mediaType}; charset=utf-8`,
    "content-disposition": `attachment; filename="${fileName}"`,
    "cache-control": "no-store",
  };
  return { kind: "stream", headers, frames: lines };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A parameter given twice counts with its last value. */
function lastValues(query: Call["query"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, Array.isArray(value) ? value.at(-1) : value]),
  );
}
