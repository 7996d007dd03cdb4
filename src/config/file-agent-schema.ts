import { z } from "zod";
import { httpHeaders, modelParameters, slug, title, unit, webAddress } from "./file-values.ts";
import { isTemplate, TEMPLATE_WORDS } from "./template.ts";

const variable = z
  .strictObject({
    key: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, beginning with no digit")
      .refine((key) => !TEMPLATE_WORDS.has(key), "is a word of the template language")
      .describe("Name in the prompt: {{ key }}."),
    title: title.exactOptional().describe("Name shown to people; the key when absent."),
    description: z.string().max(1_000).default(""),
    type: z
      .enum(["Text", "Paragraph", "Enum"])
      .default("Text")
      .describe("Text: one line. Paragraph: many. Enum: one of `choices`."),
    required: z.boolean().default(false),
    maxLength: z.int().min(1).max(100_000).exactOptional().describe("Longest accepted value, in characters."),
    choices: z.array(z.string().min(1).max(200)).max(200).default([]).describe("Only for Enum."),
    default: z.string().max(100_000).exactOptional().describe("Used where no value was given."),
  })
  .superRefine((entry, context) => {
    const wrong = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message });
    if (entry.type === "Enum" && entry.choices.length === 0) wrong("choices", "is needed for an Enum");
    if (entry.type !== "Enum" && entry.choices.length > 0) wrong("choices", "is only for an Enum");
    if (entry.type === "Enum" && entry.default !== undefined && !entry.choices.includes(entry.default)) {
      wrong("default", "must be one of the choices");
    }
  });

const knowledgeUse = z.strictObject({
  bases: z.array(slug).max(50).describe("Slugs of knowledge bases of this file."),
  mode: z
    .enum(["automatic", "tool"])
    .default("automatic")
    .describe("automatic: searched with every question. tool: the model decides when to search."),
  topK: z.int().min(1).max(50).default(5).describe("Most passages handed to the model."),
  scoreThreshold: unit.default(0.2).describe("Passages scoring below are dropped; 0 to 1."),
  pairThreshold: unit
    .default(0.9)
    .describe("A question-answer pair scoring at least this answers directly, without the model; 0 to 1."),
});

const callerTool = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -")
    .describe("Name the model calls."),
  description: z.string().min(1).max(4_000).describe("Tells the model what it does and when to use it."),
  parameters: z
    .looseObject({ type: z.literal("object") })
    .default({ type: "object" })
    .describe("JSON Schema of the arguments."),
});

const tool = z.strictObject({
  ...callerTool.shape,
  title: title.exactOptional().describe("Name shown to people; `name` when absent."),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  url: webAddress
    .refine((url) => !/^https?:\/\/[^/?#]*\{/.test(url), "cannot have {argument} places in its host")
    .describe("Address with {argument} places. Other arguments go to the query, or to the JSON body."),
  headers: httpHeaders.default({}),
  timeoutSeconds: z.number().min(0.1).max(300).default(10),
});

const shortcut = z.strictObject({
  id: z.string().min(1).max(64).exactOptional().describe("What callers name it by; the command when absent."),
  name: title,
  command: z
    .string()
    .regex(/^\/\S{1,49}$/, "must be a slash and 1 to 49 characters without spaces")
    .describe("What the user types to call it."),
  description: z.string().max(1_000).default(""),
  template: z.string().min(1).max(10_000).describe("The question; {{name}} stands for a component's value."),
  icon: z.string().max(2_000).default("").describe("Address of a picture."),
  components: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100),
        description: z.string().max(1_000).default(""),
        type: z.enum(["text", "select", "file"]).default("text"),
        default: z.string().max(10_000).default(""),
        hidden: z.boolean().default(false),
        options: z.array(z.string().min(1).max(200)).max(200).default([]),
      }),
    )
    .max(20)
    .default([])
    .describe("Values that the shortcut asks for."),
});

const agentEvent = z.strictObject({
  id: z
    .uuid()
    .exactOptional()
    .describe("What callers name it by. Absent: made of the agent's slug and the event's name."),
  name: z.string().min(1).max(100).describe("Unique for the agent; callers may name it by that too."),
  description: z.string().max(1_000).default("").describe("Tells the model when to emit it."),
  variables: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\p{L}_][\p{L}\p{N}_]{0,63}$/u, "must be letters, digits and _, beginning with no digit"),
        type: z
          .enum(["string", "number", "boolean", "datetime", "date", "time", "array", "object"])
          .default("string"),
      }),
    )
    .max(50)
    .default([])
    .describe("What its data must have."),
  limit: z
    .int()
    .min(1)
    .max(1_000_000)
    .exactOptional()
    .describe("Times it may be triggered in one conversation; absent: as often as one likes."),
});

const handover = z.strictObject({
  message: z
    .string()
    .min(1)
    .max(2_000)
    .exactOptional()
    .describe("Told to the user when a person takes over; absent: what the model says."),
  idleMinutes: z
    .int()
    .min(0)
    .max(525_600)
    .exactOptional()
    .describe(
      "Back to the agent when nothing was said for so long; 0: never. Absent: ANTIPHON_HANDOVER_IDLE_MINUTES.",
    ),
  releaseCommand: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .exactOptional()
    .describe("A message of exactly these words gives the conversation back to the agent, which answers it."),
});

/** An entry of `agents` in `antiphon.yaml`. */
export const agent = z.strictObject({
  slug,
  name: title,
  kind: z
    .enum(["chat", "workflow"])
    .default("chat")
    .describe("workflow: it is run for callers, and answers for agents whose responder it is."),
  workflow: z
    .union([z.string().min(1).max(4_000), z.looseObject({})], {
      error: "must be the path of a workflow file, or a workflow",
    })
    .exactOptional()
    .describe(
      "What an agent of kind workflow does: path of a file, relative to this one and inside its folder, or absolute; or " +
        "the graph itself, see antiphon-workflow.schema.json.",
    ),
  responder: slug
    .exactOptional()
    .describe("Agent of kind workflow that answers in place of model and prompt."),
  description: z.string().max(2_000).default(""),
  folder: z
    .string()
    .regex(/^[^/\s][^/]{0,99}(\/[^/\s][^/]{0,99}){0,9}$/, "must be names with / between, at most 10")
    .exactOptional()
    .describe("Where lists show it, such as `Shop/Support`; made when missing."),
  template: z.boolean().default(false).describe("true: everybody may make agents after it."),
  enabled: z.boolean().default(true).describe("false: every call with its app keys is refused."),
  appKey: z
    .string()
    .regex(/^[A-Za-z0-9_-]{16,128}$/, "must be 16 to 128 letters, digits, _ or -")
    .exactOptional()
    .describe("Key that callers send; 20 characters 0-9 a-v look like HiAgent's own."),
  appKeys: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, "must be 16 to 128 letters, digits, _ or -"))
    .max(100)
    .default([])
    .describe("More keys. When the file names any, keys it no longer names are revoked."),
  model: z.string().exactOptional().describe("Name of a model of this file. Absent: the first one."),
  modelParameters: modelParameters.default({}),
  prompt: z
    .string()
    .max(200_000)
    .refine(isTemplate, "is no valid Jinja template")
    .default("")
    .describe("Jinja template; sees the variables."),
  opening: z
    .strictObject({
      message: z.string().max(10_000).default(""),
      questions: z.array(z.string().min(1).max(1_000)).max(20).default([]),
    })
    .default({ message: "", questions: [] }),
  variables: z.array(variable).max(100).default([]),
  suggestions: z
    .boolean()
    .default(false)
    .describe("true: after an answer the model proposes up to three questions."),
  knowledge: z
    .union([
      z
        .array(slug)
        .max(50)
        .transform((bases) => knowledgeUse.parse({ bases })),
      knowledgeUse,
    ])
    .prefault([])
    .describe("Slugs of knowledge bases, or an object that also says how to search."),
  tools: z.array(tool).max(64).default([]).describe("HTTP calls the model may make."),
  callerTools: z
    .array(callerTool)
    .max(64)
    .default([])
    .describe("Tools that the caller runs itself, where its API can do that."),
  handoffs: z
    .array(
      z.strictObject({
        agent: slug,
        when: z.string().min(1).max(2_000).describe("Tells the model when to hand over."),
      }),
    )
    .max(50)
    .default([])
    .describe("Agents that may take over a question."),
  actions: z
    .array(
      z.enum([
        "handover",
        "tag-user",
        "invite-room",
        "update-data",
        "canvas-event-action",
        "send-image-message",
        "send-file-message",
        "send-audio-message",
        "send-post-message",
      ]),
    )
    .max(9)
    .default([])
    .describe("What the model may do beside answering, each as a tool."),
  handover: handover
    .exactOptional()
    .describe("How a conversation goes to a person and comes back to the agent."),
  triggers: z
    .array(
      z.enum([
        "receive-text-message",
        "receive-image-message",
        "receive-audio-message",
        "receive-video-message",
        "receive-other-message",
        "tag-event",
        "join-room",
        "new-friend",
        "canvas-event-trigger",
        "bot-receive-text-message",
      ]),
    )
    .max(10)
    .exactOptional()
    .describe(
      "What starts a turn when a channel adapter sends it; absent: texts, pictures, recordings and events.",
    ),
  events: z
    .array(agentEvent)
    .max(100)
    .default([])
    .describe("Events that callers can trigger, and the model with the action canvas-event-action."),
  needsDislikeComment: z
    .boolean()
    .default(false)
    .describe("true: callers of the Insight family have to say why they dislike an answer."),
  mergeWindowMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe(
      "Messages of a session that come within so many milliseconds are answered as one. Callers of the Insight family, and adapters.",
    ),
  historyTokens: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(8_000)
    .describe("Tokens of earlier questions and answers that the model sees; 0: none."),
  historyExchanges: z
    .int()
    .min(0)
    .max(1_000)
    .exactOptional()
    .describe(
      "Most earlier questions with their answers that the model sees; absent: only the tokens count.",
    ),
  shortcuts: z
    .array(shortcut)
    .max(50)
    .default([])
    .describe("Prepared questions that clients offer as buttons."),
  steps: z.int().min(1).max(100).default(8).describe("Most model calls for one question."),
  channels: z
    .array(z.string().min(1).max(100))
    .max(50)
    .default(["api"])
    .describe("Where it is published: api, chat-sdk, web-sdk, store, or slugs of this file's channels."),
  icon: z.string().max(2_000).default("").describe("Address of a picture."),
  background: z.string().max(2_000).default("").describe("Address of a picture."),
});
