import { z } from "zod";
import type { TokenCaller } from "../../domain/access.ts";
import { type ChannelOption, channelNameOf, type Verdict } from "../../domain/channel.ts";
import type { AgentId, ChannelId, UserId, WorkspaceId } from "../../domain/ids.ts";
import { decideForChannel } from "../../publish/audit.ts";
import { auditServerOf, removeAuditServer, setAuditServer } from "../../publish/audit-server.ts";
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
import { submissionsOnChannel } from "../../publish/history.ts";
import { endpointAnswer } from "./callback-answers.ts";
import { presentOne } from "./endpoints.ts";
import { type Operation, operation } from "./operation.ts";
import { presentSubmission, publishNames } from "./present-publishing.ts";
import { channelAnswer, optionAnswer, submissionAnswer } from "./publish-answers.ts";
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
    role: "viewer",
    summary: "the caller's own custom channels and those of its workspaces, oldest first",
    answer: z.object({ items: z.array(channelAnswer), nextCursor: z.null() }),
    async run({ services, caller }) {
      const channels = await listChannels(services, caller);
      return { items: channels.map((channel) => presentChannel(channel, caller)), nextCursor: null };
    },
  }),
  operation({
    route: "POST /channels",
    permission: "manageChannels",
    role: "member",
    summary: "make a custom channel",
    body: { name, description: description.default(""), authorization: authorization.optional() },
    answer: channelAnswer,
    async run({ services, caller, body: { authorization: given, ...settings } }) {
      const made = { ...settings, authorization: withoutUndefined(given ?? { mode: "none" as const }) };
      return presentChannel(await createChannel(services, caller, made, new Date()), caller);
    },
  }),
  operation({
    route: "GET /channels/:channelId",
    permission: "viewChannels",
    role: "viewer",
    summary: "one channel",
    answer: channelAnswer,
    run: async ({ services, caller, params }) =>
      presentChannel(await findChannel(services, caller, channelIdOf(params)), caller),
  }),
  operation({
    route: "PATCH /channels/:channelId",
    permission: "manageChannels",
    role: "member",
    summary: "change what is given",
    body: {
      name: name.optional(),
      description: description.optional(),
      authorization: authorization.optional(),
    },
    answer: channelAnswer,
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
    role: "member",
    summary: "delete a channel with its callback app; what is live or waits there is taken off",
    run: ({ services, caller, params }) =>
      deleteChannel(services.publishing, caller, channelIdOf(params), new Date()),
  }),
  operation({
    route: "POST /channels/:channelId/workspaces",
    permission: "manageChannels",
    role: "admin",
    summary: "let a workspace publish to the channel; once is enough",
    body: { workspaceId: wireId<WorkspaceId>("The workspace.") },
    run: ({ services, caller, params, body: { workspaceId } }) =>
      installChannel(services, caller, { channelId: channelIdOf(params), workspaceId }, new Date()),
  }),
  operation({
    route: "GET /channels/:channelId/options",
    permission: "viewChannels",
    role: "viewer",
    summary: "what the caller chooses from when it publishes there",
    answer: z.object({ items: z.array(optionAnswer), nextCursor: z.null() }),
    async run({ services, caller, params }) {
      return { items: await channelOptions(services, caller, channelIdOf(params)), nextCursor: null };
    },
  }),
  operation({
    route: "POST /channels/:channelId/options",
    permission: "manageChannels",
    role: "member",
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
    route: "GET /channels/:channelId/audit-server",
    permission: "viewChannels",
    role: "member",
    summary:
      "the server that decides what comes onto a channel of the caller's; `endpoint` is null without one",
    answer: z.object({ endpoint: endpointAnswer.nullable() }),
    async run({ services, caller, params }) {
      const found = await auditServerOf(services.store, caller, channelIdOf(params));
      return { endpoint: found === undefined ? null : await presentOne(services, found) };
    },
  }),
  operation({
    route: "PUT /channels/:channelId/audit-server",
    permission: "manageChannels",
    role: "member",
    summary:
      "give a channel a server that decides, or the one it has another address; a new one's `verifyToken` is shown this once",
    body: {
      url: wireText(2_048)
        .describe("Answers a challenge, and then what is submitted. Absent: nobody is asked yet.")
        .optional(),
    },
    answer: z.object({ endpoint: endpointAnswer, verifyToken: z.string().nullable() }),
    async run({ services, caller, params, body: { url } }) {
      const channelId = channelIdOf(params);
      const { endpoint, token } = await setAuditServer(services, caller, { channelId, url });
      return { endpoint: await presentOne(services, endpoint), verifyToken: token ?? null };
    },
  }),
  operation({
    route: "DELETE /channels/:channelId/audit-server",
    permission: "manageChannels",
    role: "member",
    summary: "ask nobody any more: what is submitted to the channel is live at once",
    run: ({ services, caller, params }) => removeAuditServer(services, caller, channelIdOf(params)),
  }),
  operation({
    route: "GET /channels/:channelId/submissions",
    permission: "manageChannels",
    role: "member",
    summary:
      "what is live on a channel of the caller's or waits there for a verdict, oldest first, at most 1000",
    answer: z.object({ items: z.array(submissionAnswer.extend({ agentName: z.string() })) }),
    async run({ services, caller, params }) {
      const channel = channelNameOf(channelIdOf(params));
      const submissions = await submissionsOnChannel(services, caller, channel);
      const names = await publishNames(services.store, { submissions });
      const items = [];
      for (const submission of submissions) {
        const agent = await services.store.agents.find(submission.agentId);
        items.push({ ...presentSubmission(submission, names), agentName: agent?.name ?? "" });
      }
      return { items };
    },
  }),
  operation({
    route: "POST /channels/:channelId/verdicts",
    permission: "manageChannels",
    role: "member",
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
