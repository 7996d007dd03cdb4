import { z } from "zod";
import type { TokenCaller } from "../../domain/access.ts";
import { type ChannelOption, channelNameOf, type Verdict } from "../../domain/channel.ts";
import type { AgentId, ChannelId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { decideForChannel } from "../../publish/audit.ts";
import {
  addOptions,
  channelOptions,
  createChannel,
  deleteChannel,
  findChannel,
  installChannel,
  listChannels,
  type PublicChannel,
  updateChannel,
} from "../../publish/channels.ts";
import { type Operation, operation } from "./operation.ts";
import { formatId, idOf, wireId, wireText } from "./wire.ts";

const authorization = z
  .discriminatedUnion(
    "mode",
    [
      z.strictObject({ mode: z.enum(["none", "device"]) }),
      z.strictObject({
        mode: z.literal("oauth"),
        authorizeUrl: wireText(),
        tokenUrl: wireText(),
        userUrl: wireText(),
        clientId: wireText(),
        clientSecret: wireText().optional(),
      }),
    ],
    { error: "mode must be none, device or oauth" },
  )
  .describe(
    "How publishers are known there: `{mode: none | device}`, or `{mode: oauth}` with `authorizeUrl`, `tokenUrl`, `userUrl`, `clientId`, `clientSecret`.",
  );
const name = wireText().describe("1 to 100 characters.");
const description = wireText().describe("At most 1000 characters.");

export const channelOperations: Operation[] = [
  operation({
    route: "GET /channels",
    permission: "viewChannels",
    summary: "the caller's own custom channels and those of its workspaces, oldest first",
    async run({ services, caller }) {
      const channels = await listChannels(services, caller);
      return { items: channels.map((channel) => presentChannel(channel, caller)), nextCursor: null };
    },
  }),
  operation({
    route: "POST /channels",
    permission: "manageChannels",
    summary: "make a custom channel",
    body: { name, description: description.default(""), authorization: authorization.optional() },
    async run({ services, caller, body: { authorization: given, ...settings } }) {
      const made = { ...settings, authorization: withoutUndefined(given ?? { mode: "none" as const }) };
      return presentChannel(await createChannel(services, caller, made, new Date()), caller);
    },
  }),
  operation({
    route: "GET /channels/:channelId",
    permission: "viewChannels",
    summary: "one channel",
    run: async ({ services, caller, params }) =>
      presentChannel(await findChannel(services, caller, channelIdOf(params)), caller),
  }),
  operation({
    route: "PATCH /channels/:channelId",
    permission: "manageChannels",
    summary: "change what is given",
    body: {
      name: name.optional(),
      description: description.optional(),
      authorization: authorization.optional(),
    },
    async run({ services, caller, params, body }) {
      const change = withoutUndefined({
        ...body,
        authorization: body.authorization && withoutUndefined(body.authorization),
      });
      return presentChannel(await updateChannel(services, caller, channelIdOf(params), change), caller);
    },
  }),
  operation({
    route: "DELETE /channels/:channelId",
    permission: "manageChannels",
    summary: "delete a channel with its callback app; what is live or waits there is taken off",
    run: ({ services, caller, params }) =>
      deleteChannel(services.publishing, caller, channelIdOf(params), new Date()),
  }),
  operation({
    route: "POST /channels/:channelId/workspaces",
    permission: "manageChannels",
    summary: "let a workspace publish to the channel; once is enough",
    body: { workspaceId: wireId<WorkspaceId>("The workspace.") },
    run: ({ services, caller, params, body: { workspaceId } }) =>
      installChannel(services, caller, { channelId: channelIdOf(params), workspaceId }, new Date()),
  }),
  operation({
    route: "GET /channels/:channelId/options",
    permission: "viewChannels",
    summary: "what the caller chooses from when it publishes there",
    async run({ services, caller, params }) {
      return { items: await channelOptions(services, caller, channelIdOf(params)), nextCursor: null };
    },
  }),
  operation({
    route: "POST /channels/:channelId/options",
    permission: "manageChannels",
    summary: "add choices for one user, or for everybody",
    body: {
      userId: wireId<UserId>("Whose they are. Absent: everybody's.").optional(),
      options: z
        .array(
          z.strictObject({
            key: wireText(),
            values: z.array(z.strictObject({ label: wireText(), value: wireText() })),
          }),
        )
        .describe("`[{key, values: [{label, value}]}]`."),
    },
    async run({ services, caller, params, body: { userId, options } }) {
      const added: ChannelOption[] = options;
      await addOptions(services, caller, {
        channelId: channelIdOf(params),
        options: added,
        ...(userId !== undefined && { userId }),
      });
    },
  }),
  operation({
    route: "POST /channels/:channelId/verdicts",
    permission: "manageChannels",
    summary: "decide about the latest version of an agent that was submitted to the caller's channel",
    body: {
      agentId: wireId<AgentId>("The agent."),
      verdict: z
        .enum(["approved", "rejected", "auditing"], { error: "must be approved, rejected or auditing" })
        .describe("`approved`, `rejected`, or `auditing`: not yet."),
      reason: wireText().default("").describe("Why it is rejected."),
      shareLink: wireText().default("").describe("Where the agent can be found in the channel."),
      versionNumber: z
        .int()
        .describe("Which version is meant; refused when a later one was submitted. Absent: the latest.")
        .optional(),
    },
    async run({ services, caller, params, body: { agentId, versionNumber, ...said } }) {
      const decision = {
        agentId,
        channel: channelNameOf(channelIdOf(params)),
        verdict: verdictOf(said),
        ...(versionNumber !== undefined && { versionNumber }),
      };
      await decideForChannel(services.publishing, caller, decision, new Date());
    },
  }),
];

function verdictOf({
  verdict,
  reason,
  shareLink,
}: {
  verdict: Verdict["status"];
  reason: string;
  shareLink: string;
}): Verdict {
  switch (verdict) {
    case "auditing":
      return { status: "auditing" };
    case "approved":
      return { status: "approved", shareLink };
    case "rejected":
      return { status: "rejected", reason };
    default:
      return verdict satisfies never;
  }
}

function channelIdOf(params: Record<string, string>): ChannelId {
  return idOf<ChannelId>(params["channelId"]);
}

function presentChannel(channel: PublicChannel, { user }: TokenCaller) {
  const { id, description: text, ownerId, authorization: how, slug, createdAt } = channel;
  return {
    id: formatId(id),
    name: channel.name,
    description: text,
    ownerId: formatId(ownerId),
    isOwn: ownerId === user.id,
    // What publishers are redirected with is for the channel's owner only.
    authorization: ownerId === user.id ? how : { mode: how.mode },
    slug: slug ?? null,
    createdAt,
  };
}

type Present<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/** Members that are undefined are the same as absent ones. */
function withoutUndefined<T extends object>(value: T): T extends unknown ? Present<T> : never {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as T extends unknown ? Present<T> : never;
}
