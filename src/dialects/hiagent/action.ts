import { z } from "zod";
import type { Facts } from "../../chat/facts.ts";
import type { Turns } from "../../chat/turns.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call, Reply, Route } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import type { WorkflowEngine } from "../../workflow/workflow-engine.ts";
import { readBody } from "./wire.ts";

/** What this family needs of the rest of the server. */
export interface HiagentServices {
  store: Store;
  turns: Turns;
  facts: Facts;
  workflows: WorkflowEngine;
  options: HiagentOptions;
}

export interface HiagentOptions {
  /** One more path prefix for all actions, such as `/app/v1`; undefined: none. */
  extraPrefix: string | undefined;
  /** Longest UserID in code points. */
  userIdMaxLength: number;
  /** True: UserIDs may only hold printable ASCII. */
  userIdAscii: boolean;
  /** True: errors come with HTTP status 200. */
  errorsAs200: boolean;
  /** True: required variables must be given when the conversation is created. */
  strictInputs: boolean;
  /** True: a caller that hangs up stops the answer. */
  abortOnDisconnect: boolean;
  /** Milliseconds that asynchronous workflow actions wait for the end of a run; 0: not at all. */
  runGraceMs: number;
  /** True: inputs of workflow actions must be JSON text, not objects. */
  strictInputData: boolean;
  /** Minutes that local times on the wire are ahead of UTC. */
  timeZoneOffsetMinutes: number;
}

/** Longest question in code points, and most files with one. Unverified: the vendor documents no limit. */
export const QUERY_LIMIT = 32_768;
export const FILE_LIMIT = 10;
/** Prefix of the vendor's web-page channel: no UserID, a visitor key instead. */
export const VISITOR_PREFIX = "/api/proxy/chat/v2";
const VISITOR_KEY_LIMIT = 128;

/** Who calls: the agent that the app key opens. */
export interface HiagentCaller {
  agent: Agent;
}

/** One call of an action, checked. */
export interface Invocation<Input> {
  services: HiagentServices;
  agent: Agent;
  userId: string;
  input: Input;
  call: Call;
}

export interface Action {
  /** snake_case, as in the path. */
  name: string;
  routes(services: HiagentServices): Route<HiagentCaller>[];
}

/**
 * Declares one action: its body beside `AppKey` and `UserID`, and what it does.
 * `user: "lenient"` takes any or no UserID. Actions for workflow agents say `kind: "workflow"`.
 */
export function action<Shape extends z.ZodRawShape>(definition: {
  name: string;
  aliases?: string[];
  /** True: also answers GET, with a JSON body or query parameters. */
  isRead?: boolean;
  kind?: "chat" | "workflow";
  user?: "required" | "lenient";
  input: Shape;
  run(invocation: Invocation<z.output<z.ZodObject<Shape>>>): Promise<Reply>;
}): Action {
  const schema = z.object(definition.input);
  const names = [definition.name, ...(definition.aliases ?? [])];
  const paths = [...names, ...names.map(camelCase)].map((name) => `/${name}`);
  const routes = (services: HiagentServices): Route<HiagentCaller>[] => {
    const handle = (call: Call, { agent }: HiagentCaller): Promise<Reply> => {
      const kind = definition.kind ?? "chat";
      if (agent.kind !== kind) throw wrongKind(kind);
      const body = call.body ?? (call.method === "GET" ? call.query : {});
      const input = readBody(schema, body);
      const userId = definition.user === "lenient" ? "" : readUserId(services.options, call, body);
      return definition.run({ services, agent, userId, input, call });
    };
    const methods = definition.isRead === true ? (["POST", "GET"] as const) : (["POST"] as const);
    return paths.flatMap((path) =>
      methods.map((method) => ({ method, path, access: "app-key" as const, handle })),
    );
  };
  return { name: definition.name, routes };
}

/** A successful reply. `BaseResp` is a superset of the vendor's `{}` and `null`. Source: spec page §1.5. */
export function success(body: Record<string, unknown> = {}): Reply {
  return {
    kind: "json",
    body: { ...body, BaseResp: { StatusCode: 0, StatusMessage: "", Extra: {} } },
  };
}

const UserId = z.object({ UserID: z.string() });
const AnyKey = z.object({ AppKey: z.string().optional() });

/** Reads the app key that identifies the agent: header, then body, then bearer token. Source: spec page §1.3. */
export function readAppKey(call: Call): string | undefined {
  const header = call.headers["apikey"];
  if (typeof header === "string" && header !== "") return header;
  const body = call.body ?? call.query;
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    const { AppKey: key } = readBody(AnyKey, body);
    if (key !== undefined && key !== "") return key;
  }
  return /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
}

/** The end user: `UserID`, or the visitor key on the web-page channel. Source: spec page §1.4. */
function readUserId(options: HiagentOptions, call: Call, body: unknown): string {
  const visitor = call.prefix === VISITOR_PREFIX ? readVisitorKey(call) : undefined;
  if (visitor !== undefined) return checkUserId(visitor, VISITOR_KEY_LIMIT, true, "app-visitor-key");
  const { UserID: userId } = readBody(UserId, body);
  return checkUserId(userId, options.userIdMaxLength, options.userIdAscii, "UserID");
}

function readVisitorKey(call: Call): string | undefined {
  const header = call.headers["app-visitor-key"];
  if (typeof header === "string" && header !== "") return header;
  return /(?:^|;\s*)app-visitor-key=([^;]+)/.exec(call.headers.cookie ?? "")?.[1];
}

function checkUserId(userId: string, maxLength: number, isAsciiOnly: boolean, field: string): string {
  const refuse = (problem: string) =>
    new DomainError("request_invalid", `field ${field}: ${problem}`, { field });
  if (userId.trim() === "") throw refuse("must not be empty");
  if ([...userId].length > maxLength) throw refuse(`longer than ${maxLength} characters`);
  if (/\p{Cc}/u.test(userId)) throw refuse("contains control characters");
  if (isAsciiOnly && !/^[\x20-\x7e]+$/.test(userId)) throw refuse("must be printable ASCII");
  return userId.toWellFormed();
}

function wrongKind(kind: "chat" | "workflow"): DomainError {
  return kind === "workflow"
    ? new DomainError("agent_not_workflow", "only support workflow type app")
    : new DomainError("agent_not_chat", "only support chat type app");
}

function camelCase(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
