import { z } from "zod";
import type { Submission, SubmissionChange } from "../../domain/channel.ts";
import type { AgentId } from "../../domain/ids.ts";
import { listSubmissions, publishHistory } from "../../publish/history.ts";
import { publishToChannels } from "../../publish/submissions.ts";
import { deleteAgent, unpublishFrom } from "../../publish/unpublish.ts";
import { type Operation, operation } from "./operation.ts";
import { countedPage, formatId, idOf, paging, wireText } from "./wire.ts";

const channelOnly = wireText(64).describe("Only on this channel.").optional();

export const publishOperations: Operation[] = [
  operation({
    route: "POST /agents/:agentId/publish",
    permission: "publish",
    summary: "publish the draft, or an earlier version, to channels; answers when the channels' servers have",
    body: {
      channels: z
        .array(
          z.strictObject({
            channel: wireText(64),
            options: z.record(wireText(200), wireText()).optional(),
          }),
        )
        .describe(
          "`[{channel, options}]`: `api`, `chat-sdk`, `web-sdk`, `store` or a custom channel's id; `options` by key.",
        ),
      changelog: wireText().default("").describe("What is new."),
      versionNumber: z.int().describe("An earlier version. Absent: a new one of the draft.").optional(),
    },
    async run({ services, caller, params, body }) {
      const { version, submissions } = await publishToChannels(
        services.publishing,
        caller,
        {
          agentId: agentIdOf(params),
          channels: body.channels.map(({ channel, options }) => ({ channel, ...(options && { options }) })),
          changelog: body.changelog,
          ...(body.versionNumber !== undefined && { versionNumber: body.versionNumber }),
        },
        new Date(),
      );
      return {
        version: { id: formatId(version.id), number: version.number, createdAt: version.createdAt },
        submissions: submissions.map(presentSubmission),
      };
    },
  }),
  operation({
    route: "POST /agents/:agentId/unpublish",
    permission: "publish",
    summary: "take an agent off a channel, and back what waits there for a verdict",
    body: {
      channel: wireText(64).describe("Which."),
      reason: wireText(1_000).default("").describe("Why."),
    },
    run: ({ services, caller, params, body }) =>
      unpublishFrom(services.publishing, caller, { agentId: agentIdOf(params), ...body }, new Date()),
  }),
  operation({
    route: "DELETE /agents/:agentId",
    permission: "publish",
    summary: "delete an agent for good",
    run: ({ services, caller, params }) =>
      deleteAgent(services.publishing, caller, agentIdOf(params), new Date()),
  }),
  operation({
    route: "GET /agents/:agentId/submissions",
    permission: "viewChannels",
    summary: "what was submitted to channels and what became of it, newest first",
    query: { channel: channelOnly, ...paging },
    async run({ services, caller, params, query }) {
      const page = await listSubmissions(services, caller, listOf(params, query));
      return countedPage(page, query, presentSubmission);
    },
  }),
  operation({
    route: "GET /agents/:agentId/history",
    permission: "viewChannels",
    summary: "every change of a submission's status with who did it and why, newest first",
    query: { channel: channelOnly, ...paging },
    async run({ services, caller, params, query }) {
      const page = await publishHistory(services, caller, listOf(params, query));
      return countedPage(page, query, presentChange);
    },
  }),
];

function agentIdOf(params: Record<string, string>): AgentId {
  return idOf<AgentId>(params["agentId"]);
}

function listOf(
  params: Record<string, string>,
  {
    channel,
    cursor = 0,
    limit,
  }: { channel?: string | undefined; cursor?: number | undefined; limit: number },
) {
  const window = { offset: cursor, limit };
  return { agentId: agentIdOf(params), ...(channel !== undefined && { channel }), ...window };
}

function presentSubmission(submission: Submission) {
  const { audit, publisherId, decidedAt } = submission;
  return {
    id: formatId(submission.id),
    agentId: formatId(submission.agentId),
    versionId: formatId(submission.versionId),
    versionNumber: submission.versionNumber,
    channel: submission.channel,
    status: submission.status,
    reason: submission.reason,
    publisherId: publisherId === undefined ? null : formatId(publisherId),
    options: submission.options,
    shareLink: submission.shareLink,
    deliveryId: audit === undefined ? null : formatId(audit.deliveryId),
    createdAt: submission.createdAt,
    decidedAt: decidedAt ?? null,
    expiresAt: submission.expiresAt,
  };
}

function presentChange({ submission, change }: { submission: Submission; change: SubmissionChange }) {
  const { by } = change;
  return {
    submissionId: formatId(submission.id),
    versionNumber: submission.versionNumber,
    channel: submission.channel,
    from: change.from ?? null,
    to: change.to,
    reason: change.reason,
    by: { kind: by.kind, userId: "userId" in by ? formatId(by.userId) : null },
    at: change.at,
  };
}
