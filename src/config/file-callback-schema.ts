import { z } from "zod";
import { httpHeaders, slug, title, webAddress } from "./file-values.ts";

/** As in the catalogue, which this floor does not see. */
export const CALLBACK_EVENT_NAMES = [
  "agent.published",
  "agent.unpublished",
  "agent.deleted",
  "agent.audit-recovered",
  "conversation.created",
  "conversation.handed-over",
  "conversation.released",
  "turn.actions",
  "turn.completed",
  "turn.failed",
  "feedback.changed",
  "usage.recorded",
  "endpoint.disabled",
  "endpoint.failing",
  "endpoint.recovered",
  "delivery.exhausted",
] as const;

/** What the callback apps of the Coze family know. */
const APP_EVENTS: readonly string[] = [
  "agent.published",
  "agent.unpublished",
  "agent.deleted",
  "usage.recorded",
];

/** Keys that only one or some kinds have. */
const KEYS_OF_KINDS: Record<string, readonly string[]> = {
  owner: ["coze"],
  channel: ["coze-channel"],
  ratings: ["insight"],
  historyLimit: ["insight"],
  strictEnums: ["insight"],
  coalesce: ["insight"],
};
const NEEDED_KEYS: Record<string, readonly ("channel" | "owner")[]> = {
  "coze-channel": ["channel"],
};

const pem = z
  .string()
  .max(32_768)
  .regex(/^-----BEGIN /, "must be PEM");

/** A callback endpoint as the file has it. */
export const callback = z
  .strictObject({
    slug: slug.describe("Stable name inside this file, which commands take too."),
    name: title.max(128).exactOptional().describe("Shown to people; absent: the slug."),
    kind: z
      .enum(["standard", "coze", "coze-channel", "insight"])
      .default("standard")
      .describe(
        "standard: our own bodies, signed as Standard Webhooks says; coze: an ordinary callback app of the Coze family; coze-channel: the callback app of a channel, whose server decides about what is published there; insight: ratings alone, as the feedback callback of the Insight family.",
      ),
    url: webAddress
      .max(2_048)
      .describe(
        "Where events are sent; for insight without a path: /v1/bot-message/feedback. Not asked whether it wants them, unlike one that is set over an API.",
      ),
    events: z
      .array(z.enum(CALLBACK_EVENT_NAMES))
      .min(1)
      .exactOptional()
      .describe(
        "What it gets; absent: all that its kind knows. For the channel's app agent.published is the question for its verdict.",
      ),
    agents: z
      .array(slug)
      .max(100)
      .default([])
      .describe("Only events of these agents, by their slugs; empty: all."),
    owner: title
      .exactOptional()
      .describe(
        "Name of the user whose callback app it is; absent: the first owner in this file's workspace. For coze.",
      ),
    channel: slug.exactOptional().describe("Slug of the channel. For coze-channel."),
    secret: z
      .string()
      .regex(
        /^(whsec_[A-Za-z0-9+/]{32,86}={0,2}|[A-Za-z0-9]{16,128})$/,
        "must be whsec_ and base64, or for callback apps 16 to 128 letters and digits",
      )
      .exactOptional()
      .describe(
        "What receivers check with: whsec_…, or the verify_token of a callback app; absent: one is made, which antiphon callbacks show --secrets prints. Better named as an environment variable than written out.",
      ),
    headers: httpHeaders.default({}).describe("Sent along with every attempt."),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(30)
      .exactOptional()
      .describe(
        "Seconds for a whole attempt, at least 3 but for insight; absent: 15, for insight 10. For standard and insight.",
      ),
    maxInFlight: z
      .int()
      .min(1)
      .max(64)
      .exactOptional()
      .describe("Most attempts at once; absent: 4, for insight 8."),
    ratePerSecond: z
      .int()
      .min(1)
      .max(1_000)
      .exactOptional()
      .describe("Most attempts begun in a second; absent: as fast as it takes them."),
    ordered: z
      .boolean()
      .exactOptional()
      .describe(
        "Events about the same subject one after the other; absent: true for callback apps, false for standard; always true for insight.",
      ),
    asymmetric: z
      .boolean()
      .default(false)
      .describe(
        "Signed with the installation's own Ed25519 keys too (v1a), whose public halves are at /.well-known/webhook-jwks.json. For standard.",
      ),
    ratings: z
      .array(z.enum(["none", "like", "dislike"]))
      .min(1)
      .exactOptional()
      .describe("Only changes to these; none: a rating was taken back; absent: all. For insight."),
    historyLimit: z
      .int()
      .min(0)
      .max(200)
      .exactOptional()
      .describe(
        "Newest messages of the conversation that come along; 0: none of it; absent: 50. For insight.",
      ),
    strictEnums: z
      .boolean()
      .exactOptional()
      .describe(
        "Nothing beside the documented types and members; absent: true; false: also what senders of triggers called them. For insight.",
      ),
    coalesce: z
      .boolean()
      .exactOptional()
      .describe(
        "A change takes the place of an earlier one of the same answer and rater that is not delivered yet; absent: true. For insight.",
      ),
    clientCertificate: z
      .strictObject({ certificate: pem, key: pem })
      .exactOptional()
      .describe(
        "What receivers that ask for a client certificate are shown: certificate and key, both PEM. Better named as environment variables than written out.",
      ),
    retryDelaysSeconds: z
      .array(z.int().min(1).max(604_800))
      .max(20)
      .exactOptional()
      .describe("Seconds before each further attempt; absent: 5 s to 24 h, nine of them."),
  })
  .superRefine((entry, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const { kind, url, secret, asymmetric, clientCertificate, timeoutSeconds, events = [] } = entry;
    const isApp = kind === "coze" || kind === "coze-channel";
    for (const [key, kinds] of Object.entries(KEYS_OF_KINDS)) {
      if (Reflect.get(entry, key) !== undefined && !kinds.includes(kind)) {
        refuse([key], `is only for ${kinds.join(" and ")}`);
      }
    }
    for (const key of NEEDED_KEYS[kind] ?? []) {
      if (entry[key] === undefined) refuse([key], `is needed for ${kind}`);
    }
    if (secret !== undefined && isApp === secret.startsWith("whsec_")) {
      refuse(["secret"], isApp ? "must be letters and digits only" : "must begin with whsec_");
    }
    if (timeoutSeconds !== undefined && timeoutSeconds < 3 && kind !== "insight") {
      refuse(["timeoutSeconds"], "must be at least 3");
    }
    if (entry.ordered === false && kind === "insight") refuse(["ordered"], "is always true for insight");
    if (asymmetric && kind !== "standard") refuse(["asymmetric"], "is only for standard");
    if (clientCertificate !== undefined && !/^https:/i.test(url)) {
      refuse(["clientCertificate"], "is only for https: addresses");
    }
    for (const [index, event] of events.entries()) {
      if (!eventsOfKind(kind).includes(event)) {
        refuse(
          ["events", index],
          `is not for ${isApp ? "callback apps" : kind}; they know ${eventsOfKind(kind).join(", ")}`,
        );
      }
    }
  });

/** All that a kind of endpoint knows. */
export function eventsOfKind(kind: "standard" | "coze" | "coze-channel" | "insight"): readonly string[] {
  if (kind === "insight") return ["feedback.changed"];
  return kind === "standard" ? CALLBACK_EVENT_NAMES : APP_EVENTS;
}
