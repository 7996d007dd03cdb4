import { z } from "zod";
import { requirePermission } from "../../access/permissions.ts";
import type { EndpointServices } from "../../callbacks/endpoints.ts";
import type { Facts } from "../../chat/facts.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Conversation } from "../../domain/conversation.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Call, FrameSource, Reply, Route } from "../../http/route.ts";
import type { PublishServices } from "../../publish/services.ts";
import type { WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { readInput } from "./wire.ts";

/** What this dialect needs of the rest of the server. */
export interface ConsoleServices extends EndpointServices {
  publishing: PublishServices;
  facts: Facts;
  workflows: WorkflowEngine;
  /** What callers of the Insight family know an agent by. */
  insightBotId(agentId: AgentId): string;
  /** What they know a conversation by. */
  insightSessionId(conversation: Conversation): string;
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
  | "viewConversations"
  | "manageConversations"
  | "viewWorkflows"
  | "manageWorkflows"
  | "viewAccessKeys"
  | "manageAccessKeys";

/** An answer of any length: JSON, one object a line. */
export class JsonLines {
  readonly lines: FrameSource;
  /** What a browser keeps it as. */
  readonly fileName: string;

  constructor(lines: FrameSource, fileName: string) {
    this.lines = lines;
    this.fileName = fileName;
  }
}

/** An answer that goes on: server-sent events, as `text/event-stream`. */
export class EventStream {
  readonly frames: FrameSource;

  constructor(frames: FrameSource) {
    this.frames = frames;
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
  /** Aborts when the caller hangs up. */
  signal: AbortSignal;
}

/** One line of the reference, and the route behind it. */
export interface Operation {
  method: Route<TokenCaller>["method"];
  /** Below `/api`. */
  path: string;
  permission: ConsolePermission;
  /** What it does; a sentence without its full stop. */
  summary: string;
  input: { query: z.ZodObject; body?: z.ZodObject };
  /** What it answers with, as JSON. Absent: a stream, or nothing worth reading. */
  answer?: z.ZodType;
  route(services: ConsoleServices): Route<TokenCaller>;
}

/** Declares one operation: what it needs, what it reads, what it does. What `run` resolves with is the answer. */
export function operation<
  Query extends z.ZodRawShape,
  Body extends z.ZodRawShape,
  Answer extends z.ZodType = z.ZodUnknown,
>(definition: {
  /** `GET /events`; below `/api`. */
  route: `${Operation["method"]} /${string}`;
  permission: ConsolePermission;
  summary: string;
  query?: Query;
  /** Left out: the body is not looked at. */
  body?: Body;
  /**
   * What it answers with; times as `Date` (see `wireMoment`). Goes into the OpenAPI document, from which the pages get
   * their types. Left out: a stream, or nothing worth reading.
   */
  answer?: Answer;
  run(
    invocation: Invocation<z.output<z.ZodObject<Query>>, z.output<z.ZodObject<Body>>>,
  ): Promise<z.input<Answer> | JsonLines | EventStream>;
}): Operation {
  const { permission, summary, answer } = definition;
  const [word = "", path = ""] = definition.route.split(" ");
  const method = METHODS.find((candidate) => candidate === word);
  if (method === undefined) throw new TypeError(`"${definition.route}" names no method`);
  const query = z.object(definition.query ?? ({} as Query));
  const body = z.strictObject(definition.body ?? ({} as Body));
  const isBodyRead = definition.body !== undefined;
  return {
    method,
    path,
    permission,
    summary,
    input: { query, ...(isBodyRead && { body }) },
    ...(answer !== undefined && { answer }),
    route: (services) => ({
      method,
      path,
      access: "access-token",
      async handle(call: Call, caller: TokenCaller): Promise<Reply> {
        requirePermission(caller, permission);
        const answer = await definition.run({
          services,
          caller,
          params: call.params,
          query: readInput(query, lastValues(call.query)),
          body: readInput(body, isBodyRead ? (call.body ?? {}) : {}),
          requestId: call.requestId,
          signal: call.signal,
        });
        if (answer instanceof JsonLines) return asStream(answer);
        if (answer instanceof EventStream) return { kind: "stream", frames: answer.frames };
        return { kind: "json", body: answer ?? {} };
      },
    }),
  };
}

function asStream({ lines, fileName }: JsonLines): Reply {
  const headers = {
    "content-type": "application/x-ndjson; charset=utf-8",
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
