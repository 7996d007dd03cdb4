import { z } from "zod";
import { type Answer, answerOf } from "./coze-endpoints.ts";
import { chatStreamProblem } from "./coze-stream-strict.ts";
import { workflowStreamProblem } from "./coze-workflow-strict.ts";

/** One whole answer as it came over the wire, with what it answers. */
export interface WireAnswer {
  method: string;
  /** Without the query. */
  path: string;
  requestBody: string;
  status: number;
  /** Names in small letters. */
  headers: Record<string, string | undefined>;
  body: string;
  /** The HTTP chunks, when it was chunked. */
  chunks?: string[];
  /** False: its reader went away before the end. */
  isWhole: boolean;
}

/** Top-level members of every answer with an envelope. */
const ENVELOPE = ["code", "msg", "data", "detail"];

/**
 * Everything in an answer that would make the JavaScript, Python or Go SDK fail or misread. Empty: nothing.
 * An endpoint whose answer nobody wrote down is a problem too. Source: spec page §1 and §21.
 */
export function strictProblems(answer: WireAnswer): string[] {
  const expected = answerOf(answer.method, answer.path);
  if (expected === undefined) return ["the endpoint has no schema here"];
  const contentType = answer.headers["content-type"] ?? "";
  if (contentType.includes("text/event-stream")) return streamProblems(answer, expected);
  return contentType.includes("application/json")
    ? jsonProblems(answer, expected)
    : [`content type "${contentType}" is neither JSON nor a stream`];
}

function streamProblems(answer: WireAnswer, expected: Answer): string[] {
  const problems: string[] = [];
  const isOfRun = expected.kind === "run-stream";
  const isOfChatflow = expected.kind === "chat-stream";
  if (!isOfRun && !isOfChatflow) {
    if (!("mayStream" in expected)) problems.push("only chats may be streamed");
    if (!asksForStream(answer)) problems.push("a stream nobody asked for");
  }
  if (answer.status !== 200) problems.push(`a stream with status ${answer.status}`);
  if (answer.headers["content-encoding"] !== undefined) problems.push("a compressed stream");
  if (!isLogId(answer.headers["x-tt-logid"])) problems.push("no x-tt-logid header");
  for (const chunk of answer.chunks ?? []) {
    if (!(isOfRun ? /^([^\n]+\n){3}\n$/ : /^[^\n]+\n[^\n]+\n\n$/).test(chunk)) {
      problems.push(`a chunk that is not exactly one event: ${JSON.stringify(chunk)}`);
    }
  }
  const { isWhole, body } = answer;
  const isResumed = answer.path.endsWith("/submit_tool_outputs");
  const problem = isOfRun
    ? workflowStreamProblem(body, { isWhole })
    : chatStreamProblem(body, { isWhole, isResumed, isOfChatflow });
  return problem === undefined ? problems : [...problems, problem];
}

function jsonProblems(answer: WireAnswer, expected: Answer): string[] {
  if (answer.body.endsWith("\n"))
    return ["a trailing newline: the JavaScript SDK would lose a stream's error"];
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    return [`no JSON: ${answer.body.slice(0, 200)}`];
  }
  if (!isObject(body)) return ["the body is no object"];
  const problems = numericIds(body, "");
  if (expected.kind === "bare") return [...problems, ...bareProblems(answer, body, expected.schema)];
  problems.push(...envelopeProblems(answer, body));
  const { code } = body;
  if (typeof code === "number" && code > 0) return [...problems, ...errorProblems(answer, body)];
  return [...problems, ...successProblems(answer, body, expected)];
}

function envelopeProblems(answer: WireAnswer, body: Record<string, unknown>): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(body["code"])) problems.push("code is no whole number");
  if (typeof body["msg"] !== "string") problems.push("msg is no string");
  const { detail } = body;
  const logId = isObject(detail) ? detail["logid"] : undefined;
  if (!isLogId(logId)) problems.push("detail.logid is missing");
  if (logId !== answer.headers["x-tt-logid"]) problems.push("x-tt-logid is not detail.logid");
  return problems;
}

function errorProblems(answer: WireAnswer, body: Record<string, unknown>): string[] {
  const problems: string[] = [];
  if (body["msg"] === "") problems.push("an error without a message");
  if (body["data"] !== undefined) problems.push("an error with data");
  const allowedMembers = [...ENVELOPE, ...(RUNS.test(answer.path) ? ["execute_id", "debug_url"] : [])];
  const strangers = Object.keys(body).filter((key) => !allowedMembers.includes(key));
  if (strangers.length > 0) problems.push(`an error with top-level ${strangers.join(", ")}`);
  const allowed = asksForStream(answer) ? [200] : statusesOf(Number(body["code"]));
  if (!allowed.includes(answer.status)) {
    problems.push(`code ${String(body["code"])} came with status ${answer.status}`);
  }
  return problems;
}

/** Where a run that failed is told with where to look at it. */
const RUNS = /^\/v1\/(workflow\/run|workflows\/resume)$/;

/** Business errors come with 200; the others may also come with the status that the JavaScript SDK maps alike. */
function statusesOf(code: number): number[] {
  if (code === 4100 || code === 700012006) return [200, 401];
  if (code === 4101) return [200, 403];
  if (code === 4200) return [200, 404];
  if (code === 4013) return [200, 429];
  if (code === 5000) return [200, 500, 503];
  return code === 4000 ? [200, 400, 409, 413] : [200];
}

function successProblems(answer: WireAnswer, body: Record<string, unknown>, expected: Answer): string[] {
  if (expected.kind === "later") return ["success where nothing is supported yet"];
  if (expected.kind === "run-stream" || expected.kind === "chat-stream")
    return ["no stream where there is nothing else"];
  const problems: string[] = [];
  if (answer.status !== 200) problems.push(`success with status ${answer.status}`);
  if (body["code"] === 0 && body["msg"] !== "") problems.push("success with a message");
  if (asksForStream(answer) && "mayStream" in expected) problems.push("no stream where one was asked for");
  const members = expected.kind === "none" || expected.kind === "data" ? [] : memberNames(expected.schema);
  const strangers = Object.keys(body).filter((key) => ![...ENVELOPE, ...members].includes(key));
  if (strangers.length > 0) problems.push(`top-level ${strangers.join(", ")}`);
  if (expected.kind === "none") {
    if ("data" in body && !isObject(body["data"])) problems.push("data is there and no object");
    return problems;
  }
  if (expected.kind === "data")
    return [...problems, ...schemaProblems(expected.schema, body["data"], "data")];
  return [...problems, ...schemaProblems(expected.schema, body, "")];
}

function bareProblems(answer: WireAnswer, body: Record<string, unknown>, schema: z.ZodType): string[] {
  const problems = isLogId(answer.headers["x-tt-logid"]) ? [] : ["no x-tt-logid header"];
  if (answer.status === 200) {
    if ("code" in body) problems.push("an envelope where there is none");
    return [...problems, ...schemaProblems(schema, body, "")];
  }
  for (const key of ["error", "error_code", "error_message"]) {
    if (typeof body[key] !== "string" || body[key] === "") problems.push(`an OAuth error without ${key}`);
  }
  if (body["error"] !== body["error_code"]) problems.push("error is not error_code");
  if (answer.status !== 400 && answer.status !== 401 && answer.status !== 429 && answer.status < 500) {
    problems.push(`an OAuth error with status ${answer.status}`);
  }
  return problems;
}

function memberNames(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function schemaProblems(schema: z.ZodType, value: unknown, place: string): string[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const path = [place, ...issue.path.map(String)].filter((part) => part !== "").join(".");
    return `${path}: ${issue.message}`;
  });
}

/** Ids are strings wherever they stand: a number above 2^53 would be another one. */
function numericIds(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => numericIds(item, `${place}.${index}`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const path = place === "" ? key : `${place}.${key}`;
    const isWrong = /(^|_)(id|uid)s?$/.test(key) && [item].flat().some((part) => typeof part !== "string");
    return [...(isWrong ? [`${path} is no string`] : []), ...numericIds(item, path)];
  });
}

function asksForStream(answer: WireAnswer): boolean {
  if (/^\/v1\/(workflow\/stream_(run|resume)|workflows\/chat)$/.test(answer.path)) return true;
  try {
    const body: unknown = JSON.parse(answer.requestBody);
    return isObject(body) && body["stream"] === true;
  } catch {
    return false;
  }
}

function isLogId(value: unknown): boolean {
  return typeof value === "string" && /^[0-9A-Za-z]{8,64}$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
