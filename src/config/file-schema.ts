import { z } from "zod";
import { isTemplate, TEMPLATE_WORDS } from "./template.ts";
import { isWebAddress, WEB_ADDRESS } from "./variable.ts";

/** Names that other parts of the file refer to. */
const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "must be 1 to 64 small letters, digits, - or _, beginning with a letter or digit",
  )
  .describe("Stable name inside this file: small letters, digits, - and _.");

const title = z.string().trim().min(1).max(100);
const webAddress = z.string().refine(isWebAddress, `must be an ${WEB_ADDRESS}`);
const unit = z.number().min(0).max(1);

const modelParameters = z.strictObject({
  temperature: z.number().min(0).max(2).exactOptional(),
  topP: unit.exactOptional(),
  topK: z.int().min(1).max(1_000_000).exactOptional(),
  maxOutputTokens: z.int().min(1).max(1_000_000).exactOptional(),
  presencePenalty: z.number().min(-2).max(2).exactOptional(),
  frequencyPenalty: z.number().min(-2).max(2).exactOptional(),
  responseFormat: z
    .enum(["text", "markdown", "json"])
    .exactOptional()
    .describe("json: the model is made to answer with JSON, where its provider can do that."),
});

const httpHeaders = z.record(
  z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "is no header name"),
  z.string().regex(/^[^\r\n\0]{0,8000}$/, "must be one line of at most 8000 characters"),
);

/** Where file paths and `${VARIABLE}` places may stand is decided by `file.ts`; here is only the shape. */
const model = z
  .strictObject({
    name: z.string().trim().min(1).max(100).describe("What agents call this model by."),
    provider: z
      .union([
        z.enum(["openai-compatible", "anthropic", "google", "extractive"]),
        z.templateLiteral(["@ai-sdk/", z.string().regex(/[a-z0-9-]+/)]),
      ])
      .describe(
        "How to talk to it. `@ai-sdk/…`: a package of that name, installed by you. " +
          "`extractive` is no language model: it answers with retrieved passages.",
      ),
    baseUrl: webAddress
      .exactOptional()
      .describe("Address of its server. Needed for openai-compatible; the others have a usual one."),
    apiKey: z.string().exactOptional().describe("Better named as an environment variable than written out."),
    model: z.string().min(1).max(200).exactOptional().describe("The provider's name for the model."),
    prices: z
      .strictObject({
        input: z.number().min(0).describe("Per million input tokens."),
        output: z.number().min(0).describe("Per million output tokens."),
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, "must be a currency code such as CNY")
          .default("CNY"),
      })
      .exactOptional()
      .describe("Money per million tokens; lets answers show what they cost."),
    parameters: modelParameters.exactOptional().describe("Used where an agent leaves a parameter out."),
    headers: httpHeaders.exactOptional().describe("Sent with every request. May hold secrets."),
    retries: z
      .int()
      .min(0)
      .max(10)
      .exactOptional()
      .describe("Attempts after the first, before any answer came."),
    extraBody: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .describe("Merged into every request body. Only for openai-compatible."),
    includeUsage: z
      .boolean()
      .exactOptional()
      .describe("false for servers that refuse stream_options. Only for openai-compatible."),
    maxTokensField: z
      .enum(["max_tokens", "max_completion_tokens"])
      .exactOptional()
      .describe("Name of the field with the output limit. Only for openai-compatible."),
  })
  .superRefine((entry, context) => {
    const missing = (key: string) =>
      context.addIssue({ code: "custom", path: [key], message: `is needed for ${entry.provider}` });
    if (entry.provider !== "extractive" && entry.model === undefined) missing("model");
    if (entry.provider === "openai-compatible" && entry.baseUrl === undefined) missing("baseUrl");
    for (const key of ["extraBody", "includeUsage", "maxTokensField"] as const) {
      if (entry.provider === "openai-compatible" || entry[key] === undefined) continue;
      context.addIssue({ code: "custom", path: [key], message: "is only for openai-compatible" });
    }
  });

const scopes = z.array(z.string().min(1).max(100)).max(100).describe("What it allows; `all` is everything.");

const token = z.strictObject({
  token: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, "must be 16 to 200 letters, digits and signs, without spaces")
    .describe("What callers send; `openssl rand -hex 24` makes a good one. Better named as a variable."),
  scopes: scopes.min(1).default(["all"]),
  name: title.default("antiphon.yaml").describe("For people."),
  expiresAt: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: "must be a date such as 2027-01-31, or a time such as 2027-01-31T08:00:00Z",
    })
    .exactOptional()
    .describe("From then on it is refused. A date means its first moment in UTC."),
});

const user = z.strictObject({
  name: title
    .refine((name) => !/\p{C}/u.test(name), "contains a control character")
    .describe("What it signs in with; unique in the installation."),
  role: z
    .enum(["owner", "admin", "member"])
    .default("member")
    .describe("In this file's workspace. member: uses and builds agents; admin: also manages members."),
  nickname: title.exactOptional().describe("Shown to people; `name` when absent."),
  password: z
    .string()
    .min(8)
    .max(1_024)
    .exactOptional()
    .describe("For signing in with a browser. Better named as an environment variable than written out."),
  tokens: z
    .array(token)
    .max(100)
    .default([])
    .describe("Personal access tokens. Those that an earlier file named and this one does not are revoked."),
});

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

const agent = z.strictObject({
  slug,
  name: title,
  kind: z.enum(["chat", "workflow"]).default("chat"),
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
  channels: z.array(z.string().min(1).max(100)).max(50).default(["api"]),
  icon: z.string().max(2_000).default("").describe("Address of a picture."),
  background: z.string().max(2_000).default("").describe("Address of a picture."),
});

const document = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .exactOptional()
      .describe("Path, relative to this file and inside its folder; or absolute."),
    text: z.string().min(1).max(1_000_000).exactOptional().describe("The document itself, as Markdown."),
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .exactOptional()
      .describe("Needed with `text`; the file's name when absent."),
    url: webAddress.max(2_048).exactOptional().describe("Address shown with citations."),
  })
  .superRefine((entry, context) => {
    const wrong = (message: string) => context.addIssue({ code: "custom", path: [], message });
    if ((entry.file === undefined) === (entry.text === undefined)) wrong("needs either `file` or `text`");
    else if (entry.text !== undefined && entry.name === undefined) wrong("needs a `name` beside `text`");
  });

const knowledgeBase = z.strictObject({
  slug,
  name: title,
  documents: z.array(document).max(10_000).default([]),
  pairs: z
    .array(
      z.strictObject({
        question: z.string().trim().min(1).max(2_000),
        answer: z.string().trim().min(1).max(50_000),
      }),
    )
    .max(100_000)
    .default([])
    .describe("Questions with their fixed answers."),
});

const oauthApp = z
  .strictObject({
    name: title.describe("Shown to people who are asked for consent; stable name inside this file."),
    kind: z
      .enum(["web", "pkce", "device", "jwt"])
      .describe(
        "How it gets tokens. web: a code and its secret; pkce: a code and a verifier; device: a code a person " +
          "types elsewhere; jwt: an assertion it signs.",
      ),
    owner: title.describe("Name of the user a jwt app acts for, and whose the others are."),
    clientSecret: z
      .string()
      .min(16)
      .max(500)
      .exactOptional()
      .describe("Needed for web, and only there. Better named as an environment variable than written out."),
    redirectUris: z
      .array(z.string().min(1).max(2_000))
      .max(100)
      .default([])
      .describe("Addresses it may be sent back to, compared letter by letter. For web and pkce."),
    publicKeys: z
      .array(z.string().min(1).max(10_000))
      .max(20)
      .default([])
      .describe("RSA public keys in PEM, of at least 2048 bits. For jwt."),
    scopes: scopes.default(["all"]),
  })
  .superRefine(({ kind, clientSecret }, context) => {
    if ((kind === "web") === (clientSecret !== undefined)) return;
    const message = kind === "web" ? "is needed for web" : "is only for web";
    context.addIssue({ code: "custom", path: ["clientSecret"], message });
  });

const accessKey = z.strictObject({
  id: z.string().min(1).max(100),
  secret: z.string().min(1).max(500),
  scopes: scopes.default(["all"]),
});

/** What `antiphon.yaml` may say. Every key that is not here is an error. */
export const installationSchema = z.strictObject({
  models: z.array(model).max(200).default([]).describe("The first one is the default."),
  workspace: z.strictObject({ name: title.default("default") }).default({ name: "default" }),
  users: z.array(user).max(1_000).default([]),
  oauthApps: z
    .array(oauthApp)
    .max(1_000)
    .default([])
    .describe("Apps that an earlier file named and this one does not are disabled."),
  agents: z.array(agent).max(1_000).default([]),
  knowledge: z.array(knowledgeBase).max(1_000).default([]),
  insight: z
    .strictObject({ accessKeys: z.array(accessKey).max(1_000).default([]) })
    .default({ accessKeys: [] })
    .describe("Access keys of the Insight Open API."),
});

export type Installation = z.output<typeof installationSchema>;
export type ModelEntry = Installation["models"][number];
export type OAuthAppEntry = Installation["oauthApps"][number];
export type UserEntry = Installation["users"][number];
export type AgentEntry = Installation["agents"][number];
export type KnowledgeBaseEntry = Installation["knowledge"][number];
