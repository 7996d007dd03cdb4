import { z } from "zod";
import type { ActionTool, Agent, AgentEvent, AgentSettings } from "../domain/agent.ts";
import type { ActionPayloads } from "../domain/output-action.ts";
import type { ToolDescription } from "../models/chat-model.ts";
import { readEventData } from "./event-data.ts";

/** What a model decided to do by calling one of these tools. */
export type Decision = {
  [Type in ActionTool]: { type: Type; payload: ActionPayloads[Type]; cancelOnMessage?: boolean };
}[ActionTool];

/** Longest delay of an event, in seconds: 30 days. Source: spec page of Insight §12.4. */
const DELAY_LIMIT_SECONDS = 2_592_000;

/** One tool as the model sees it, and how its call is read: a text tells the model what is wrong with it. */
interface Form {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  read(input: Record<string, unknown>): Decision | string;
}

/** The actions an agent may take, described for its model. Events of an agent that has none are left out. */
export function describeActions(agent: Agent): ToolDescription[] {
  return formsOf(agent).map(({ name, description, parameters }) => ({ name, description, parameters }));
}

/** Reads a call of one of these tools; undefined: it is none. A text: what is wrong with it, for the model. */
export function readActionCall(
  agent: Agent,
  name: string,
  input: Record<string, unknown>,
): Decision | string | undefined {
  return formsOf(agent)
    .find((form) => form.name === name)
    ?.read(input);
}

function formsOf({ settings }: Agent): Form[] {
  return (settings.actions ?? []).flatMap((type) => FORMS[type](settings) ?? []);
}

function form<Schema extends z.ZodType>(
  name: string,
  description: string,
  schema: Schema,
  decide: (given: z.output<Schema>) => Decision | string,
): Form {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: "input" });
  return {
    name,
    description,
    parameters,
    read(input) {
      const read = schema.safeParse(input);
      return read.success ? decide(read.data) : `Wrong arguments. ${z.prettifyError(read.error)}`;
    },
  };
}

const id = (what: string) => z.string().min(1).max(200).describe(what);
const words = (limit: number, what: string) => z.string().min(1).max(limit).describe(what);
const address = (what: string) =>
  z
    .string()
    .max(4_000)
    .refine((text) => URL.canParse(text) && /^https?:/i.test(text), "must be an http or https address")
    .describe(`${what}, an http or https address. Use only addresses that you were given.`);

const FORMS: { [Type in ActionTool]: (settings: AgentSettings) => Form | undefined } = {
  handover: () =>
    form(
      "transfer_to_human",
      "Hands this conversation over to a person, who answers from then on. Call it when the user asks for a person, or when you cannot help.",
      z.object({
        reason: words(1_000, "Why, in a few words, for the person who takes over.").exactOptional(),
        assigneeId: id("Who is to take over, only if your instructions name an id.").exactOptional(),
        groupId: id("Which group is to take over, only if your instructions name an id.").exactOptional(),
      }),
      (payload) => ({ type: "handover", payload }),
    ),
  "tag-user": () =>
    form(
      "tag_user",
      "Adds tags to the user, or removes them.",
      z.object({
        operation: z.enum(["ADD", "REMOVE"]),
        tags: z
          .array(
            z.object({
              tagName: words(100, "What people call the tag."),
              tagId: id("Its id, if you were given one.").exactOptional(),
            }),
          )
          .min(1)
          .max(20),
        contactId: id("Whom, if it is not the user you talk to.").exactOptional(),
      }),
      (payload) => ({ type: "tag-user", payload }),
    ),
  "invite-room": () =>
    form(
      "invite_to_room",
      "Invites people into a group chat.",
      z.object({
        roomId: id("The group."),
        contactIds: z.array(id("A person.")).max(100).default([]).describe("Empty: the user you talk to."),
        message: words(1_000, "What to say with the invitation.").exactOptional(),
      }),
      (payload) => ({ type: "invite-room", payload }),
    ),
  "update-data": updateData,
  "canvas-event-action": emitEvent,
  "send-image-message": () =>
    form(
      "send_image",
      "Sends the user a picture beside your answer.",
      z.object({ imageUrl: address("The picture") }),
      (payload) => ({ type: "send-image-message", payload }),
    ),
  "send-file-message": () =>
    form(
      "send_file",
      "Sends the user a file beside your answer.",
      z.object({ fileUrl: address("The file"), fileName: words(255, "Its name.").exactOptional() }),
      (payload) => ({ type: "send-file-message", payload }),
    ),
  "send-audio-message": () =>
    form(
      "send_audio",
      "Sends the user a recording beside your answer.",
      z.object({
        audioUrl: address("The recording"),
        duration: z.number().min(0).max(86_400).describe("Seconds.").exactOptional(),
        text: words(8_000, "What is said in it.").exactOptional(),
      }),
      (payload) => ({ type: "send-audio-message", payload }),
    ),
  "send-post-message": () =>
    form(
      "send_post",
      "Sends the user several texts, pictures, videos, files or links as one message beside your answer.",
      z.object({
        title: words(200, "Stands above it.").exactOptional(),
        messages: z
          .array(
            z.object({
              type: z.enum(["text", "image", "video", "file", "link"]),
              content: words(8_000, "The text, or the address of what is to be shown."),
            }),
          )
          .min(1)
          .max(20),
      }),
      (payload) => ({ type: "send-post-message", payload }),
    ),
};

function updateData({ variables }: AgentSettings): Form {
  const names = new Map(variables.map(({ key, name }) => [key, name]));
  const known = variables.map(({ key, name, description }) => `${key}: ${description || name}`);
  const field =
    known.length === 0
      ? z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, beginning with a letter")
      : z.enum([...names.keys()]);
  return form(
    "update_data",
    `Changes values that are kept with this conversation.${listed(known)}`,
    z.object({
      operations: z
        .array(
          z.object({
            field: field.describe("Name of the value."),
            operation: z
              .enum(["set", "clear", "append", "remove", "increment"])
              .describe(
                "set: replaces it. clear: empties it. append: adds a line. remove: takes away the lines that say the same. increment: adds a number, 1 unless another is given.",
              ),
            value: z.union([z.string(), z.number(), z.boolean()]).describe("Not for clear.").exactOptional(),
          }),
        )
        .min(1)
        .max(20),
    }),
    ({ operations }) => ({
      type: "update-data",
      payload: {
        operations: operations.map(({ field: fieldId, operation: updateOperation, value }) => {
          const fieldName = names.get(fieldId);
          return {
            fieldId,
            ...(fieldName !== undefined && { fieldName }),
            updateOperation,
            ...(value !== undefined && { value }),
          };
        }),
      },
    }),
  );
}

function emitEvent({ events = [] }: AgentSettings): Form | undefined {
  if (events.length === 0) return undefined;
  const byName = new Map(events.map((event) => [event.name, event]));
  return form(
    "emit_event",
    `Makes one of these events happen, now or later; it is then worked off on its own.${listed(events.map(describeEvent))}`,
    z.object({
      event: z.enum([...byName.keys()]),
      data: z.looseObject({}).default({}).describe("A value for each variable."),
      delaySeconds: z
        .int()
        .min(0)
        .max(DELAY_LIMIT_SECONDS)
        .describe("How long until it happens. Absent: at once.")
        .exactOptional(),
      at: z
        .string()
        .refine(isNear, "must be an ISO 8601 time with time zone, within the next 30 days")
        .describe("When it happens, as an ISO 8601 time with time zone; instead of delaySeconds.")
        .exactOptional(),
      cancelOnMessage: z
        .boolean()
        .describe("true: it does not happen if the user writes before it is due.")
        .exactOptional(),
    }),
    ({ event: name, data: given, delaySeconds = 0, at, cancelOnMessage = false }) => {
      const event = byName.get(name);
      if (event === undefined) return `There is no event "${name}".`;
      const read = readEventData(event, given);
      if (!read.isGood) return `Wrong arguments. data.${read.variable ?? ""} ${read.problem}`;
      const schedule = scheduleOf(delaySeconds, at);
      return {
        type: "canvas-event-action",
        payload: { eventId: event.id, eventName: event.name, params: read.data, schedule },
        cancelOnMessage,
      };
    },
  );
}

type Schedule = NonNullable<ActionPayloads["canvas-event-action"]["schedule"]>;

function scheduleOf(delaySeconds: number, at: string | undefined): Schedule {
  if (at !== undefined) return { mode: "SCHEDULE", at: new Date(at).toISOString() };
  return delaySeconds === 0 ? { mode: "IMMEDIATE" } : { mode: "TIMER", delaySeconds };
}

function isNear(text: string): boolean {
  const hasZone = /T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text);
  return hasZone && Date.parse(text) <= Date.now() + DELAY_LIMIT_SECONDS * 1_000;
}

function describeEvent({ name, description, variables }: AgentEvent): string {
  const needed = variables.map((variable) => `${variable.name} (${variable.type})`).join(", ");
  const data = needed === "" ? "no data" : `data: ${needed}`;
  return `${name}: ${description === "" ? data : `${description} (${data})`}`;
}

function listed(lines: string[]): string {
  return lines.length === 0 ? "" : `\n${lines.map((line) => `- ${line}`).join("\n")}`;
}
