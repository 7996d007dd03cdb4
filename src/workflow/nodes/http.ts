import { z } from "zod";
import type { GraphNode } from "../../domain/workflow.ts";
import { isSuccess } from "../../http/http-tool.ts";
import type { OutboundResponse } from "../../http/outbound.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeDescription } from "../node-kind.ts";
import { addressTemplateProblem, fillAddressTemplate } from "../node-parts/address-template.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { outboundCall, statusError } from "../node-parts/outbound-call.ts";

const TIMEOUT_SECONDS = 30;
const REDIRECT_LIMIT = 5;

/** Of a response: they say more about us and the other side than a graph should keep. */
const KEPT_BACK = new Set(["set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"]);

const template = z.string().max(20_000);

const members = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  url: z
    .string()
    .min(1)
    .max(8_000)
    .describe("Address; places such as `{{ start.id }}` after the host are filled in and encoded."),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be a name of a header"), template)
    .default({})
    .describe("Templates. What they come to is kept in no step."),
  bodyAs: z
    .enum(["json", "text", "form"])
    .default("json")
    .describe("How the input `body` is sent: as JSON, as text, or as fields of a form."),
  response: z
    .enum(["auto", "json", "text"])
    .default("auto")
    .describe("What the body of the response is; `auto`: what its content type says."),
  acceptStatus: z
    .union([z.literal("any"), z.array(z.int().min(100).max(599)).max(100)])
    .default([])
    .describe("Statuses that are no failure, beside 200 to 299."),
  followRedirects: z.boolean().default(false).describe("True: at most 5, none of them from https to http."),
  maxResponseBytes: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(500_000)
    .describe("A longer response is a failure."),
});

type Members = z.output<typeof members>;

export const httpNode = defineNode({
  type: "http",
  category: "calculation",
  summary: "Sends a request to an address on the public internet, and gives what came back.",
  example: {
    method: "POST",
    url: "https://shop.example/orders/{{ start.order }}/refund",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: filled in where the file is read.
    headers: { authorization: "Bearer ${SHOP_TOKEN}" },
    inputs: { body: { amount: { ref: "start.amount" } } },
    retry: { times: 2 },
    idempotent: true,
    next: "tell",
  },
  members,
  timeoutSeconds: TIMEOUT_SECONDS,
  describe: (own, _, node) => ({
    inputs: {
      query: { type: "object", required: false, description: "Added to the address; lists repeat a name." },
      body: { type: "any", required: false, description: "What is sent. Absent: nothing." },
    },
    outputs: {
      status: { type: "integer" },
      headers: { type: "object", description: "Names in lower case." },
      body: { type: "any", description: "Parsed where it is JSON, text otherwise; null: there was none." },
    },
    sources: [
      { field: "url", language: "template", text: own.url },
      ...Object.entries(own.headers).map(([name, text]) => ({
        field: `headers.${name}`,
        language: "template" as const,
        text,
      })),
    ],
    hasEffects: hasEffects(own),
    problems: problemsOf(own, node),
  }),
  run: async (call, own) => {
    const { signal, node, services } = call;
    const sent = payload(own, call.inputs["body"]);
    const response = await outboundCall(signal, () =>
      services.outbound.request({
        method: own.method,
        url: addressOf(call, own),
        headers: { ...sent?.headers, ...ownKey(call, own), ...headersOf(call, own) },
        ...(sent !== undefined && { body: sent.body }),
        // The run's own clock comes first, and says so better.
        timeoutMs: ((node.timeoutSeconds ?? TIMEOUT_SECONDS) + 1) * 1_000,
        maxResponseBytes: own.maxResponseBytes,
        maxRedirects: own.followRedirects ? REDIRECT_LIMIT : 0,
        signal,
      }),
    );
    const { status } = response;
    const isAccepted = isSuccess(status) || own.acceptStatus === "any" || own.acceptStatus.includes(status);
    if (!isAccepted) throw statusError(status);
    const kept = Object.entries(response.headers).filter(([name]) => !KEPT_BACK.has(name));
    return {
      kind: "done",
      outputs: { status, headers: Object.fromEntries(kept), body: bodyOf(own, response) },
    };
  },
});

function hasEffects({ method }: Members): boolean {
  return method !== "GET" && method !== "HEAD";
}

function problemsOf(own: Members, { inputs = {} }: GraphNode): NodeDescription["problems"] {
  const message = addressTemplateProblem(own.url);
  return [
    ...(message === undefined ? [] : [{ field: "url", message }]),
    ...(hasEffects(own) || !Object.hasOwn(inputs, "body")
      ? []
      : [{ field: "inputs.body", message: `is not sent with ${own.method}` }]),
  ];
}

function addressOf(call: NodeCall, own: Members): string {
  const url = new URL(fillAddressTemplate(own.url, (place) => call.render(place)));
  for (const [name, value] of Object.entries(call.inputs["query"] ?? {})) {
    for (const item of [value].flat()) url.searchParams.append(name, plain(item));
  }
  return url.href;
}

function headersOf(call: NodeCall, { headers }: Members): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name.toLowerCase(), call.render(text).trim()]),
  );
}

/** For the other side to know a request by that it has had before. Source: draft-ietf-httpapi-idempotency-key-header. */
function ownKey({ idempotencyKey }: NodeCall, own: Members): Record<string, string> {
  return hasEffects(own) ? { "idempotency-key": idempotencyKey } : {};
}

function payload(own: Members, body: unknown): { body: string; headers: Record<string, string> } | undefined {
  if (body === undefined || !hasEffects(own)) return undefined;
  switch (own.bodyAs) {
    case "json":
      return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    case "text":
      return { body: plain(body), headers: { "content-type": "text/plain; charset=utf-8" } };
    case "form":
      return {
        body: formOf(body).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      };
  }
}

function formOf(body: unknown): URLSearchParams {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new NodeError("input_invalid", "body must be an object to be sent as a form");
  }
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    for (const item of [value].flat()) fields.append(name, plain(item));
  }
  return fields;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function bodyOf({ response }: Members, { headers, body }: OutboundResponse): unknown {
  const contentType = headers["content-type"] ?? "";
  if (body.length === 0) return null;
  const text = decoded(body, contentType);
  if (response === "text") return text;
  if (response === "auto" && !/[/+]json\b/i.test(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NodeError("request_failed", "the response is not the JSON it should be", { cause: error });
  }
}

/** In the character set that the response says; UTF-8 where it says none that there is. */
function decoded(body: Buffer, contentType: string): string {
  const label = /charset="?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(body);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder().decode(body);
    throw error;
  }
}
