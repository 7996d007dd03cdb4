import { z } from "zod";
import type { ActionPayloads } from "../../domain/output-action.ts";
import type { ValueType } from "../../domain/workflow.ts";
import { act, readPayload } from "../node-parts/define-action.ts";
import { defineNode } from "../node-parts/define-node.ts";

/** Longest delay of an event, in seconds: 30 days. Source: spec page of Insight §12.4. */
const DELAY_LIMIT_SECONDS = 2_592_000;

const members = z.strictObject({
  event: z.string().min(1).max(200).describe("One of the agent's events, by id or name."),
  mode: z
    .enum(["immediate", "delayed", "scheduled"])
    .default("immediate")
    .describe("When it happens: at once, after `delaySeconds`, or at the time `at`."),
  cancelOnMessage: z
    .boolean()
    .default(false)
    .describe("True: it does not happen if the user writes before it is due."),
});

type Mode = z.output<typeof members>["mode"];

const params = z.record(z.string().max(64), z.unknown()).default({});
const Given = {
  immediate: z.strictObject({ params }),
  delayed: z.strictObject({ params, delaySeconds: z.int().min(0).max(DELAY_LIMIT_SECONDS) }),
  scheduled: z.strictObject({
    params,
    at: z.string().refine(isNear, "must be an ISO 8601 time with time zone, within the next 30 days"),
  }),
};

export const emitEventNode = defineNode({
  type: "emit-event",
  category: "action",
  summary: "Makes one of the agent's events happen, now or later; what waits for it runs on its own.",
  example: {
    event: "follow-up",
    mode: "delayed",
    cancelOnMessage: true,
    inputs: { params: { order: { ref: "start.order" } }, delaySeconds: 3_600 },
    next: "tell",
  },
  members,
  timeoutSeconds: 60,
  describe: ({ mode }) => ({
    inputs: inputsOf(mode),
    outputs: { status: { type: "string", description: "`send`: it will happen. `skip`: it will not." } },
    hasEffects: true,
  }),
  run: async (call, { event, mode, cancelOnMessage }) => {
    const { given, schedule } = read(mode, call.inputs);
    return act(call, {
      type: "canvas-event-action",
      payload: { eventId: event, params: given, schedule },
      cancelOnMessage,
    });
  },
});

function inputsOf(mode: Mode): Record<string, ValueType & { required: boolean }> {
  const data = {
    type: "object" as const,
    required: false,
    description: "A value for each of its variables.",
  };
  if (mode === "delayed") {
    const description = "At most 30 days.";
    return { params: data, delaySeconds: { type: "integer", required: true, description } };
  }
  if (mode === "immediate") return { params: data };
  const description = "ISO 8601, with time zone, within the next 30 days; what is past happens at once.";
  return { params: data, at: { type: "string", required: true, description } };
}

type Schedule = NonNullable<ActionPayloads["canvas-event-action"]["schedule"]>;

function read(mode: Mode, inputs: unknown): { given: Record<string, unknown>; schedule: Schedule } {
  if (mode === "immediate") {
    return { given: readPayload(Given.immediate, inputs).params, schedule: { mode: "IMMEDIATE" } };
  }
  if (mode === "delayed") {
    const { params: given, delaySeconds } = readPayload(Given.delayed, inputs);
    return { given, schedule: { mode: "TIMER", delaySeconds } };
  }
  const { params: given, at } = readPayload(Given.scheduled, inputs);
  return { given, schedule: { mode: "SCHEDULE", at: new Date(at).toISOString() } };
}

function isNear(text: string): boolean {
  const hasZone = /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text);
  return hasZone && Date.parse(text) <= Date.now() + DELAY_LIMIT_SECONDS * 1_000;
}
