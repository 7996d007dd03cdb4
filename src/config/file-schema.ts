import { z } from "zod";
import { accessKey } from "./file-access-key-schema.ts";
import { agent } from "./file-agent-schema.ts";
import { callback } from "./file-callback-schema.ts";
import { channel } from "./file-channel-schema.ts";
import { httpHeaders, modelParameters, slug, title, webAddress } from "./file-values.ts";

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
    .enum(["viewer", "member", "admin", "owner"])
    .default("member")
    .describe(
      "In this file's workspace. viewer: sees what members see; member: uses and builds agents; admin: also manages members.",
    ),
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
    channel: slug
      .exactOptional()
      .describe("Slug of the owner's channel that its tokens decide for. For jwt."),
    scopes: scopes.default(["all"]),
  })
  .superRefine(({ kind, clientSecret, channel }, context) => {
    if (kind !== "jwt" && channel !== undefined) {
      context.addIssue({ code: "custom", path: ["channel"], message: "is only for jwt" });
    }
    if ((kind === "web") === (clientSecret !== undefined)) return;
    const message = kind === "web" ? "is needed for web" : "is only for web";
    context.addIssue({ code: "custom", path: ["clientSecret"], message });
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
  channels: z
    .array(channel)
    .max(1_000)
    .default([])
    .describe(
      "Places of others where agents can be published. api, chat-sdk, web-sdk and store are always there.",
    ),
  agents: z.array(agent).max(1_000).default([]),
  knowledge: z.array(knowledgeBase).max(1_000).default([]),
  callbacks: z
    .array(callback)
    .max(1_000)
    .default([])
    .describe("Endpoints that get signed events. Those of an earlier file that this one does not name stay."),
  insight: z
    .strictObject({ accessKeys: z.array(accessKey).max(1_000).default([]) })
    .default({ accessKeys: [] })
    .describe(
      "Access keys of the Insight Open API. Those that an earlier file named and this one does not are disabled.",
    ),
});

export type Installation = z.output<typeof installationSchema>;
export type ModelEntry = Installation["models"][number];
export type OAuthAppEntry = Installation["oauthApps"][number];
export type AccessKeyEntry = Installation["insight"]["accessKeys"][number];
export type UserEntry = Installation["users"][number];
export type CallbackEntry = Installation["callbacks"][number];
export type ChannelEntry = Installation["channels"][number];
export type AgentEntry = Installation["agents"][number];
export type KnowledgeBaseEntry = Installation["knowledge"][number];
