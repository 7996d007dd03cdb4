import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  /** HTTP status; 0 when the server was not reached. */
  readonly status: number;
  /** One of the codes of `docs/errors.md`; `unreachable` when the server was not reached. */
  readonly code: string;
  /** What is at fault, if it is one field of the input. */
  readonly field: string | undefined;
  /** Every field at fault, with what is wrong with it. */
  readonly problems: readonly FieldProblem[];
  readonly requestId: string | undefined;

  constructor(
    message: string,
    details: {
      status: number;
      code: string;
      field?: string | undefined;
      problems?: readonly FieldProblem[] | undefined;
      requestId?: string | undefined;
    },
  ) {
    super(message);
    this.name = "ApiError";
    this.status = details.status;
    this.code = details.code;
    this.field = details.field;
    this.problems = details.problems ?? [];
    this.requestId = details.requestId;
  }
}

/** What is wrong with one field; its name from the outside in, with dots between. */
export interface FieldProblem {
  field: string;
  message: string;
}

interface ErrorAnswer {
  code: string;
  message: string;
  field?: string | null;
  problems?: FieldProblem[];
}

/** Proves to the server that a page of ours asks; known when somebody is signed in. */
let csrfToken: string | undefined;
let onSignedOut: () => void = () => undefined;

export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** Names who is told when the server no longer knows the session, or knows another than this page. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Fetches as the person who is signed in. Rejects with an `ApiError` whatever goes wrong, an abort aside. */
export async function send(request: Request): Promise<Response> {
  if (request.method !== "GET" && csrfToken !== undefined) request.headers.set("x-csrf-token", csrfToken);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError("the server cannot be reached", { status: 0, code: "unreachable" });
  }
  if (response.ok) return response;
  const error = await errorOf(response);
  if (error.status === 401 || error.field === "x-csrf-token") onSignedOut();
  throw error;
}

async function errorOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const { status } = response;
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: ErrorAnswer };
    return new ApiError(error.message, {
      status,
      requestId,
      code: error.code,
      field: error.field ?? undefined,
      problems: error.problems,
    });
  } catch {
    return new ApiError(`HTTP ${status}`, { status, requestId, code: "internal" });
  }
}

/**
 * Every operation of the console API, typed. `answerOf(api.GET("/api/…", { params }))` resolves with what it answers.
 */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The answer of a call. Rejects with an `ApiError`. */
export async function answerOf<Answer>(
  call: Promise<{ data?: Answer; response: Response }>,
): Promise<NonNullable<Answer>> {
  const { data } = await call;
  return (data ?? {}) as NonNullable<Answer>;
}
