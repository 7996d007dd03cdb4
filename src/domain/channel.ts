import type {
  AgentId,
  ChannelId,
  DeliveryId,
  EndpointId,
  SubmissionId,
  UserId,
  VersionId,
  WorkspaceId,
} from "./ids.ts";

/** Channels that are always there and ask nobody: what is published to them is live at once. */
export const BUILT_IN_CHANNELS = ["api", "chat-sdk", "web-sdk", "store"] as const;

/**
 * A place of somebody else's where agents can be published. Releases, submissions and conversations know it by its
 * id in decimal (`channelNameOf`); built-in channels by their names.
 */
export interface Channel {
  id: ChannelId;
  name: string;
  description: string;
  /** Who may decide in its name. */
  ownerId: UserId;
  authorization: ChannelAuthorization;
  /** Stable name inside the installation's configuration file. Absent: made over the API or the command line. */
  slug?: string;
  createdAt: Date;
  /** Since then nothing can be published to it. */
  deletedAt?: Date;
}

/** How a publisher is known in the channel. Source: spec page of the callbacks §4.4. */
export type ChannelAuthorization =
  | { mode: "none" }
  /** Publishers choose among devices that the channel has told of. */
  | { mode: "device" }
  /** Publishers link their account in the channel; we are the OAuth client. `clientSecret` is encrypted. */
  | {
      mode: "oauth";
      authorizeUrl: string;
      tokenUrl: string;
      userUrl: string;
      clientId: string;
      clientSecret: string;
    };

/** The name releases know a custom channel by. */
export function channelNameOf(id: ChannelId): string {
  return String(id);
}

/** One thing a publisher chooses from when publishing to a channel, such as a device. */
export interface ChannelOption {
  key: string;
  /** Choices in the order they were added. */
  values: { label: string; value: string }[];
}

/** A user's account in a channel, as the channel's own server named it. */
export interface ChannelAccount {
  channelId: ChannelId;
  userId: UserId;
  accountId: string;
  name: string;
  linkedAt: Date;
}

/**
 * What became of a submission. `auditing` is open. `live`: its version became the live one of its channel.
 * `rejected`: by the channel. `failed`: the channel gave no verdict. `expired`: it stayed `auditing` for too long.
 * `superseded`: a later submission took its place, at once where it was open, else when that went live. `withdrawn`:
 * taken off the channel.
 */
export type SubmissionStatus =
  | "auditing"
  | "live"
  | "rejected"
  | "failed"
  | "expired"
  | "superseded"
  | "withdrawn";

/** One version handed to one channel. What was live before stays so until this is. */
export interface Submission {
  id: SubmissionId;
  workspaceId: WorkspaceId;
  agentId: AgentId;
  versionId: VersionId;
  /** Milliseconds, what callers know the version by. */
  versionNumber: number;
  channel: string;
  status: SubmissionStatus;
  /** Why it has its status; empty: there is nothing to say. */
  reason: string;
  /** Absent: the configuration file. */
  publisherId?: UserId;
  /** What the publisher chose of the channel's options, by key; empty: nothing. */
  options: Record<string, string>;
  /** Where the agent can be found in the channel; empty: the channel did not say. */
  shareLink: string;
  /** The question that was sent to the channel's server. Absent: the channel asks nobody. */
  audit?: { endpointId: EndpointId; deliveryId: DeliveryId };
  createdAt: Date;
  /** When it left `auditing`. */
  decidedAt?: Date;
  /** When an open one expires. */
  expiresAt: Date;
}

/** One change of a submission's status: what happened to an agent on a channel, when, by whom and why. */
export interface SubmissionChange {
  submissionId: SubmissionId;
  /** Absent: it was just made. */
  from?: SubmissionStatus;
  to: SubmissionStatus;
  reason: string;
  by: SubmissionActor;
  at: Date;
}

/**
 * Who changed a submission. `user`: one of the agent's people; `channel`: the channel's owner, or its server with the
 * owner's token; `audit`: the answer of the channel's server when it was asked; `time`: nobody decided in time; `file`:
 * the configuration file; `system`: the command line.
 */
export type SubmissionActor =
  | { kind: "user" | "channel"; userId: UserId }
  | { kind: "audit" | "time" | "file" | "system" };

/** What a channel's server answered about a submission. */
export type Verdict =
  /** It will say later. */
  { status: "auditing" } | { status: "approved"; shareLink: string } | { status: "rejected"; reason: string };
