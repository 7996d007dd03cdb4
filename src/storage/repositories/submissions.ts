import { sql } from "kysely";
import type { Submission, SubmissionActor, SubmissionChange } from "../../domain/channel.ts";
import type {
  AgentId,
  DeliveryId,
  EndpointId,
  NewId,
  SubmissionId,
  UserId,
  VersionId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { SubmissionChangeRow, SubmissionRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { SubmissionStore } from "../store.ts";

/** Questions ended in one go. */
const MOOT_LIMIT = 500;

export function submissionStore(session: Session, newId: NewId): SubmissionStore {
  const { db } = session;
  const ofAgent = ({ agentId, channel }: { agentId: AgentId; channel?: string }) =>
    db
      .selectFrom("submissions")
      .where("agent_id", "=", agentId)
      .$if(channel !== undefined, (query) => query.where("channel", "=", channel ?? ""));

  return {
    ...decisions(session, newId),

    async find(id) {
      const row = await db.selectFrom("submissions").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toSubmission(row);
    },

    async list({ offset, limit, ...of }) {
      const matching = ofAgent(of);
      const { total } = await matching
        .select(({ fn }) => fn.countAll<number | string>().as("total"))
        .executeTakeFirstOrThrow();
      const rows = await matching.selectAll().orderBy("id", "desc").offset(offset).limit(limit).execute();
      return { items: rows.map(toSubmission), total: Number(total) };
    },

    async latest(agentId, channel) {
      const row = await ofAgent({ agentId, channel }).selectAll().orderBy("id", "desc").executeTakeFirst();
      return row && toSubmission(row);
    },

    async current({ channel, ...of }) {
      const rows = await db
        .selectFrom("submissions")
        .selectAll()
        .where(sql<boolean>`status in ('auditing', 'live')`)
        .$if("agentId" in of, (query) => query.where("agent_id", "=", "agentId" in of ? of.agentId : 0))
        .$if(channel !== undefined, (query) => query.where("channel", "=", channel ?? ""))
        .orderBy("id")
        .execute();
      return rows.map(toSubmission);
    },

    async listExpired(by, limit) {
      const rows = await db
        .selectFrom("submissions")
        .selectAll()
        .where("status", "=", sql.lit("auditing"))
        .where("expires_at", "<=", by.getTime())
        .orderBy("expires_at")
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toSubmission);
    },

    async listUnasked(limit) {
      const rows = await db
        .selectFrom("deliveries")
        .innerJoin("submissions", "submissions.audit_delivery_id", "deliveries.id")
        .selectAll("submissions")
        .where("deliveries.trigger", "=", sql.lit("sync"))
        .where("deliveries.state", "=", sql.lit("held"))
        .where("submissions.status", "=", sql.lit("auditing"))
        .orderBy("deliveries.id")
        .limit(limit)
        .execute();
      return rows.map(toSubmission);
    },

    async endMootQuestions(now) {
      const moot = await db
        .selectFrom("deliveries")
        .select("id")
        .where("trigger", "=", sql.lit("sync"))
        .where("state", "=", sql.lit("held"))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom("submissions")
                .select("submissions.id")
                .whereRef("audit_delivery_id", "=", "deliveries.id")
                .where("status", "=", sql.lit("auditing")),
            ),
          ),
        )
        .limit(MOOT_LIMIT)
        .execute();
      if (moot.length === 0) return;
      await db
        .updateTable("deliveries")
        .set({ state: "exhausted", last_error: "decided_meanwhile", ended_at: now.getTime() })
        .where(
          "id",
          "in",
          moot.map(({ id }) => id),
        )
        .where("state", "=", sql.lit("held"))
        .execute();
    },

    async history({ offset, limit, ...of }) {
      const matching = ofAgent(of).innerJoin(
        "submission_changes",
        "submission_changes.submission_id",
        "submissions.id",
      );
      const { total } = await matching
        .select(({ fn }) => fn.countAll<number | string>().as("total"))
        .executeTakeFirstOrThrow();
      const rows = await matching
        .selectAll("submissions")
        .select([
          "submission_changes.id as change_id",
          "from_status",
          "to_status",
          "submission_changes.reason as change_reason",
          "by_kind",
          "by_user_id",
          "at",
        ])
        .orderBy("submission_changes.id", "desc")
        .offset(offset)
        .limit(limit)
        .execute();
      return {
        items: rows.map((row) => ({
          submission: toSubmission(row),
          change: toChange({ ...row, submission_id: row.id, reason: row.change_reason }),
        })),
        total: Number(total),
      };
    },
  };
}

function decisions(session: Session, newId: NewId): Pick<SubmissionStore, "insert" | "decide"> {
  const changeRow = (change: SubmissionChange): SubmissionChangeRow => ({
    id: newId(),
    submission_id: change.submissionId,
    from_status: change.from ?? null,
    to_status: change.to,
    reason: change.reason,
    by_kind: change.by.kind,
    by_user_id: "userId" in change.by ? change.by.userId : null,
    at: change.at.getTime(),
  });

  return {
    async insert(submission, by) {
      const { id: submissionId, status: to, reason, createdAt: at } = submission;
      await session.atomically(async ({ db }) => {
        await db.insertInto("submissions").values(toRow(submission)).execute();
        await db
          .insertInto("submission_changes")
          .values(changeRow({ submissionId, to, reason, by, at }))
          .execute();
      });
    },

    async decide({ id, from, to, reason, shareLink, by, now }) {
      return session.atomically(async ({ db, engine }) => {
        const before = await db
          .selectFrom("submissions")
          .select("status")
          .where("id", "=", id)
          .where("status", "in", from)
          .$if(engine.name === "postgres", (query) => query.forUpdate())
          .executeTakeFirst();
        if (before === undefined) return false;
        const status = before.status as Submission["status"];
        await db
          .updateTable("submissions")
          .set({
            status: to,
            reason,
            ...(shareLink === undefined ? {} : { share_link: shareLink }),
            ...(status === "auditing" && to !== "auditing" ? { decided_at: now.getTime() } : {}),
          })
          .where("id", "=", id)
          .execute();
        await db
          .insertInto("submission_changes")
          .values(changeRow({ submissionId: id, from: status, to, reason, by, at: now }))
          .execute();
        return true;
      });
    },
  };
}

function toRow(submission: Submission): SubmissionRow {
  return {
    id: submission.id,
    workspace_id: submission.workspaceId,
    agent_id: submission.agentId,
    version_id: submission.versionId,
    version_number: submission.versionNumber,
    channel: submission.channel,
    status: submission.status,
    reason: submission.reason,
    publisher_id: submission.publisherId ?? null,
    options: JSON.stringify(submission.options),
    share_link: submission.shareLink,
    audit_endpoint_id: submission.audit?.endpointId ?? null,
    audit_delivery_id: submission.audit?.deliveryId ?? null,
    created_at: submission.createdAt.getTime(),
    decided_at: submission.decidedAt?.getTime() ?? null,
    expires_at: submission.expiresAt.getTime(),
  };
}

function toSubmission(row: SubmissionRow): Submission {
  return {
    id: row.id as SubmissionId,
    workspaceId: row.workspace_id as WorkspaceId,
    agentId: row.agent_id as AgentId,
    versionId: row.version_id as VersionId,
    versionNumber: row.version_number,
    channel: row.channel,
    status: row.status as Submission["status"],
    reason: row.reason,
    ...(row.publisher_id === null ? {} : { publisherId: row.publisher_id as UserId }),
    options: JSON.parse(row.options),
    shareLink: row.share_link,
    ...(row.audit_endpoint_id === null || row.audit_delivery_id === null
      ? {}
      : {
          audit: {
            endpointId: row.audit_endpoint_id as EndpointId,
            deliveryId: row.audit_delivery_id as DeliveryId,
          },
        }),
    createdAt: new Date(row.created_at),
    ...(row.decided_at === null ? {} : { decidedAt: new Date(row.decided_at) }),
    expiresAt: new Date(row.expires_at),
  };
}

function toChange(row: Omit<SubmissionChangeRow, "id">): SubmissionChange {
  return {
    submissionId: row.submission_id as SubmissionId,
    ...(row.from_status === null ? {} : { from: row.from_status as Submission["status"] }),
    to: row.to_status as Submission["status"],
    reason: row.reason,
    by: toActor(row),
    at: new Date(row.at),
  };
}

function toActor({ by_kind: kind, by_user_id: userId }: Omit<SubmissionChangeRow, "id">): SubmissionActor {
  if (userId !== null) return { kind: kind as "user" | "channel", userId: userId as UserId };
  return { kind: kind as Exclude<SubmissionActor["kind"], "user" | "channel"> };
}
