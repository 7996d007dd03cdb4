import { z } from "zod";
import { slug, title, webAddress } from "./file-values.ts";

/** As in the domain, which this floor does not see. */
export const BUILT_IN_CHANNEL_NAMES: readonly string[] = ["api", "chat-sdk", "web-sdk", "store"];

const MODES = ["none", "device", "oauth"] as const;
const OAUTH_FIELDS = ["authorizeUrl", "tokenUrl", "userUrl", "clientId", "clientSecret"] as const;

const address = webAddress.max(2_000).exactOptional();

const authorization = z
  .strictObject({
    mode: z
      .enum(MODES)
      .default("none")
      .describe(
        "How publishers are known there. none: not at all; device: they choose a device; oauth: they link their account.",
      ),
    authorizeUrl: address.describe("Where browsers are sent to link an account. For oauth."),
    tokenUrl: address.describe("Gives a token for a code. For oauth."),
    userUrl: address.describe("Says whose a token is: `{id, name}`. For oauth."),
    clientId: z.string().min(1).max(500).exactOptional().describe("For oauth."),
    clientSecret: z
      .string()
      .min(1)
      .max(500)
      .exactOptional()
      .describe("For oauth. Better named as an environment variable than written out."),
  })
  .superRefine((entry, context) => {
    for (const key of OAUTH_FIELDS) {
      if ((entry.mode === "oauth") === (entry[key] !== undefined)) continue;
      const message = entry.mode === "oauth" ? "is needed for oauth" : "is only for oauth";
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

const optionText = z.string().min(1).max(200);

const option = z.strictObject({
  key: optionText.describe("Such as device_id."),
  values: z
    .array(z.strictObject({ label: optionText.describe("Shown to publishers."), value: optionText }))
    .max(1_000),
});

/** A channel as the file has it. Built-in ones need no entry. */
export const channel = z.strictObject({
  slug: slug
    .refine((name) => !BUILT_IN_CHANNEL_NAMES.includes(name), "is the name of a channel that is always there")
    .describe("Stable name inside this file, which `channels` of agents may name."),
  name: title.describe("Shown to people."),
  description: z.string().max(1_000).default(""),
  owner: title.describe("Name of the user who may decide in its name."),
  authorization: authorization.default({ mode: "none" }),
  workspaces: z
    .array(title)
    .max(100)
    .exactOptional()
    .describe("Names of the workspaces whose agents may be published there; absent: this file's."),
  options: z
    .array(option)
    .max(100)
    .default([])
    .describe("What publishers choose from, such as devices. Those of single users come over the API."),
});
