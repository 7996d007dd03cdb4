import { z } from "zod";
import { wireMoment } from "./wire.ts";

/** What operations about channels and publishing answer with, as their schemas. */

const id = z.string();
const text = z.string();
const optionalId = z.string().nullable();
const optionalMoment = wireMoment.nullable();

const submissionStatus = z.enum([
  "auditing",
  "live",
  "rejected",
  "failed",
  "expired",
  "superseded",
  "withdrawn",
]);
const person = z.object({ id, name: text }).nullable();

const authorizationAnswer = z.discriminatedUnion("mode", [
  z.object({ mode: z.enum(["none", "device"]) }),
  z.object({
    mode: z.literal("oauth"),
    authorizeUrl: text.optional(),
    tokenUrl: text.optional(),
    userUrl: text.optional(),
    clientId: text.optional(),
  }),
]);

export const channelAnswer = z.object({
  id,
  name: text,
  description: text,
  ownerId: id,
  isOwn: z.boolean(),
  authorization: authorizationAnswer,
  slug: text.nullable(),
  createdAt: wireMoment,
});

export const optionAnswer = z.object({
  key: text,
  values: z.array(z.object({ label: text, value: text })),
});

export const submissionAnswer = z.object({
  id,
  agentId: id,
  versionId: id,
  versionNumber: z.int(),
  channel: text,
  status: submissionStatus,
  reason: text,
  publisherId: optionalId,
  publisher: person.describe("Null: the configuration file, or nobody who is there any more."),
  options: z.record(text, text),
  shareLink: text,
  deliveryId: optionalId,
  createdAt: wireMoment,
  decidedAt: optionalMoment,
  expiresAt: wireMoment,
});

export const changeAnswer = z.object({
  submissionId: id,
  versionNumber: z.int(),
  channel: text,
  channelName: text.describe("As a custom channel is called, also a deleted one; else as `channel`."),
  from: submissionStatus.nullable(),
  to: submissionStatus,
  reason: text,
  by: z.object({
    kind: z.enum(["user", "channel", "audit", "time", "file", "system"]),
    userId: optionalId,
    name: text.nullable(),
  }),
  at: wireMoment,
});

const standing = {
  channel: text,
  name: text.describe("As a custom channel is called; of built-in ones as `channel`."),
  live: z.object({ versionId: id, versionNumber: z.int(), since: wireMoment }).nullable(),
  latest: submissionAnswer.nullable().describe("What was submitted there last."),
};

/** An agent on one channel. */
const standingAnswer = z.object(standing);

/** A channel that an agent can be published to. */
export const placeAnswer = z.object({
  ...standing,
  isCustom: z.boolean(),
  description: text,
  isAudited: z.boolean().describe("Its server is asked about every submission."),
  needsLink: z.boolean().describe("The caller has to link its account there first."),
});

export const publicationAnswer = z.object({
  agentId: id,
  name: text,
  kind: z.enum(["chat", "workflow"]),
  updatedAt: wireMoment.describe("When the draft was changed last."),
  channels: z.array(standingAnswer),
});
