import { z } from "zod";
import { programVersion } from "../../config/version.ts";
import type { Route } from "../../http/route.ts";
import type { Operation } from "./operation.ts";

type Json = { [key: string]: unknown };

/** The OpenAPI 3.1 document of the operations, made from the schemas that check and type them. */
export function openApiDocument(operations: readonly Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = `/api${operation.path.replaceAll(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Antiphon console API", version: programVersion() },
    paths,
    components: { schemas: { Error: ERROR }, securitySchemes: SECURITY_SCHEMES },
    security: [{ accessToken: [] }, { session: [], csrfToken: [] }],
  };
}

/** Where the document is read; anybody may. */
export function openApiRoute(operations: readonly Operation[]): Route<never> {
  let document: Json | undefined;
  return {
    method: "GET",
    path: "/openapi.json",
    access: "public",
    async handle() {
      document ??= openApiDocument(operations);
      return { kind: "json", body: document };
    },
  };
}

const ERROR = z.toJSONSchema(
  z.object({
    error: z.object({ code: z.string(), message: z.string(), field: z.string().nullable() }),
    requestId: z.string(),
  }),
);

const SECURITY_SCHEMES = {
  accessToken: { type: "http", scheme: "bearer" },
  session: { type: "apiKey", in: "cookie", name: "antiphon_session" },
  csrfToken: { type: "apiKey", in: "header", name: "x-csrf-token" },
};

function describe({ method, path, permission, role, summary, input, answer, events }: Operation): Json {
  return {
    operationId: `${method} ${path}`,
    summary: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    description: `Permission \`${permission}\`, least role \`${role}\`.`,
    "x-permission": permission,
    "x-role": role,
    parameters: [...pathParameters(path), ...queryParameters(input.query)],
    ...(input.body !== undefined && {
      requestBody: { required: hasRequired(input.body), content: json(schemaOf(input.body, "input")) },
    }),
    responses: {
      "200": {
        description: "What was asked for.",
        ...(answer !== undefined && { content: json(schemaOf(answer, "output")) }),
        ...(events !== undefined && { content: eventsOf(events) }),
      },
      default: {
        description: "What is wrong.",
        content: json({ $ref: "#/components/schemas/Error" }),
      },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, "input");
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function hasRequired(body: z.ZodObject): boolean {
  return (schemaOf(body, "input").required ?? []).length > 0;
}

/** The schema is that of one event's `data`. */
function eventsOf(events: z.ZodType): Json {
  return { "text/event-stream": { schema: schemaOf(events, "output") } };
}

function json(schema: unknown): Json {
  return { "application/json": { schema } };
}

/** A date is described where the schema is (`wireMoment`); what else JSON Schema has no words for may be anything. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
  return rest;
}
