import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { slug, title, webAddress } from "./file-values.ts";

/** As in the domain, which this floor does not see. */
export const FILE_ACCESS_SCOPES = [
  "all",
  "chat",
  "voice",
  "workflow",
  "feedback",
  "knowledge:read",
  "knowledge:write",
] as const;

const network = z.string().refine((text) => {
  const isAddress = isIP(text.split("/")[0] ?? "") !== 0;
  return isAddress && (ipaddr.isValidCIDR(text) || isIP(text) !== 0);
}, "must be a network such as 10.0.0.0/8");

const origin = webAddress.refine(
  (address) => URL.canParse(address) && new URL(address).origin === address,
  "must be an origin such as https://shop.example, without a slash at the end",
);

/** An access key of the Insight family as the file has it. */
export const accessKey = z.strictObject({
  id: z
    .string()
    .regex(/^\S{1,100}$/, "must be 1 to 100 characters without spaces")
    .describe("What callers send as `accessKeyId`, usually a UUID; unique in the installation."),
  secret: z
    .string()
    .min(8, "must have at least 8 characters")
    .max(500)
    .describe("What they send as `accessKeySecret`. Only a hash of it is kept."),
  name: title.exactOptional().describe("For people; absent: the id."),
  scopes: z
    .array(z.enum(FILE_ACCESS_SCOPES, `must be one of ${FILE_ACCESS_SCOPES.join(", ")}`))
    .min(1)
    .max(20)
    .default(["all"])
    .describe("What its tokens may do; `all` is everything."),
  agents: z
    .array(slug)
    .min(1)
    .max(100)
    .exactOptional()
    .describe("Slugs of the only agents it may use; absent: all of the workspace."),
  networks: z
    .array(network)
    .min(1)
    .max(100)
    .exactOptional()
    .describe("The only networks (CIDR) or addresses it may be used from; absent: everywhere."),
  origins: z
    .array(origin)
    .min(1)
    .max(100)
    .exactOptional()
    .describe("The only web origins whose pages may use it; absent: no page of another origin."),
});
