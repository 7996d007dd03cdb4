import { z } from "zod";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { listSubmissions, publishHistory } from "../../publish/history.ts";
import { listStandings, placesOf } from "../../publish/places.ts";
import { publishToChannels } from "../../publish/submissions.ts";
import { deleteAgent, unpublishFrom } from "../../publish/unpublish.ts";
import { type Operation, operation } from "./operation.ts";
import {
  mayPublish,
  presentChange,
  presentPlace,
  presentStanding,
  presentSubmission,
  publishNames,
} from "./present-publishing.ts";
import { changeAnswer, placeAnswer, publicationAnswer, submissionAnswer } from "./publish-answers.ts";
import { requirePlace } from "./reach.ts";
import { countedPage, formatId, idOf, pageOfSchema, paging, wireId, wireMoment, wireText } from "./wire.ts";

const channelOnly = wireText(64).describe("Only on this channel.").optional();

export const publishOperations: Operation[] = [
  operation({
    route: "POST /agents/:agentId/publish",
    permission: "publish",
    role: "member",
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
    answer: z.object({
      version: z.object({ id: z.string(), number: z.int(), createdAt: wireMoment }),
      submissions: z.array(submissionAnswer),
    }),
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
      const names = await publishNames(services.store, { submissions });
      return {
        version: { id: formatId(version.id), number: version.number, createdAt: version.createdAt },
        submissions: submissions.map((submission) => presentSubmission(submission, names)),
      };
    },
  }),
  operation({
    route: "POST /agents/:agentId/unpublish",
    permission: "publish",
    role: "member",
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
    role: "member",
    summary: "delete an agent for good",
    run: ({ services, caller, params }) =>
      deleteAgent(services.publishing, caller, agentIdOf(params), new Date()),
  }),
  operation({
    route: "GET /publications",
    permission: "viewChannels",
    role: "viewer",
    summary: "agents of a workspace with the channels they are on or were submitted to lately",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    answer: pageOfSchema(publicationAnswer),
    async run({ services, caller, query }) {
      const workspaceId = requirePlace(caller, query.workspaceId, "viewer");
      const { cursor = 0, limit } = query;
      const page = await listStandings(services, { workspaceId, offset: cursor, limit });
      const submissions = page.items.flatMap(({ standings }) =>
        standings.flatMap(({ latest }) => latest ?? []),
      );
      const names = await publishNames(services.store, { submissions });
      return countedPage(page, query, ({ agent, standings }) => ({
        agentId: formatId(agent.id),
        name: agent.name,
        kind: agent.kind,
        updatedAt: agent.updatedAt,
        channels: standings.map((standing) => presentStanding(standing, names)),
      }));
    },
  }),
  operation({
    route: "GET /agents/:agentId/channels",
    permission: "viewChannels",
    role: "viewer",
    summary: "every channel that an agent can be published to, and how it stands there",
    answer: z.object({
      agentId: z.string(),
      name: z.string(),
      mayPublish: z.boolean(),
      items: z.array(placeAnswer),
    }),
    async run({ services, caller, params }) {
      const { agent, places } = await placesOf(services, caller, agentIdOf(params));
      const names = await publishNames(services.store, {
        submissions: places.flatMap(({ latest }) => latest ?? []),
      });
      return {
        agentId: formatId(agent.id),
        name: agent.name,
        mayPublish: await mayPublish(services.store, caller, agent),
        items: places.map((place) => presentPlace(place, names)),
      };
    },
  }),
  operation({
    route: "GET /agents/:agentId/submissions",
    permission: "viewChannels",
    role: "viewer",
    summary: "what was submitted to channels and what became of it, newest first",
    query: { channel: channelOnly, ...paging },
    answer: pageOfSchema(submissionAnswer),
    async run({ services, caller, params, query }) {
      const page = await listSubmissions(services, caller, listOf(params, query));
      const names = await publishNames(services.store, { submissions: page.items });
      return countedPage(page, query, (submission) => presentSubmission(submission, names));
    },
  }),
  operation({
    route: "GET /agents/:agentId/history",
    permission: "viewChannels",
    role: "viewer",
    summary: "every change of a submission's status with who did it and why, newest first",
    query: { channel: channelOnly, ...paging },
    answer: pageOfSchema(changeAnswer),
    async run({ services, caller, params, query }) {
      const page = await publishHistory(services, caller, listOf(params, query));
      const names = await publishNames(services.store, {
        submissions: page.items.map(({ submission }) => submission),
        changes: page.items.map(({ change }) => change),
      });
      return countedPage(page, query, (item) => presentChange(item, names));
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
