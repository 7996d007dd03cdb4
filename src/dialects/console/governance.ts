import { z } from "zod";
import { type AuditEntry, monthOf, nextMonth, type WorkspaceLimits } from "../../domain/governance.ts";
import type { AuditEntryId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type Operation, operation } from "./operation.ts";
import { requirePlace } from "./reach.ts";
import { userNames } from "./tokens.ts";
import { formatId, pageOf, pageOfSchema, paging, wireId, wireMoment, wireText, wireTime } from "./wire.ts";

const COUNT_LIMIT = 1_000_000_000_000;

const workspaceId = wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional();

const entryAnswer = z.object({
  id: z.string(),
  userId: z.string().nullable().describe("Null: whoever may use the command line."),
  userName: z.string().describe("What it signs in with, today. Empty: it is gone, or there is none."),
  via: z
    .enum(["session", "personal", "oauth-user", "oauth-jwt", "command-line"])
    .describe("How the caller proved who it is."),
  family: z
    .enum(["console", "coze", "oauth", "command-line"])
    .describe("Through which API, if any; `oauth`: on the pages where people let apps in."),
  action: z.string().describe("The operation, such as `PATCH /agents/:agentId`, or the command."),
  subject: z.string().describe("What it was done to, such as `agents/123`."),
  fields: z.array(z.string()).describe("Names of what was given, never what it was."),
  requestId: z.string(),
  address: z.string().describe("From where. May be empty."),
  createdAt: wireMoment,
});

const count = z
  .int({ error: "must be a whole number" })
  .min(1, { error: "must be at least 1" })
  .max(COUNT_LIMIT)
  .nullable();
const budget = z.strictObject({
  amount: z.number().positive({ error: "must be more than 0" }).max(COUNT_LIMIT),
  currency: z.string().regex(/^[A-Z]{3}$/, { error: "must be three capital letters, such as CNY" }),
});

const LIMITS = {
  turnsPerMinute: count.describe("Turns begun in a minute, on each node. Null: any number."),
  turnsAtOnce: count.describe("Turns that run at once, on each node. Null: any number."),
  tokensPerMonth: count.describe("Tokens of a calendar month (UTC), read and written. Null: any number."),
  costPerMonth: budget
    .nullable()
    .describe("Money of a calendar month (UTC), by the prices of the models. Null: any amount."),
};

const limitsAnswer = z.object({
  limits: z.object(LIMITS),
  usage: z.object({
    month: z.string().describe("Such as `2026-11`."),
    endsAt: wireMoment.describe("When the next month begins."),
    turns: z.int().describe("Turns that ended in it and used tokens."),
    tokens: z.int(),
    costs: z.array(z.object({ currency: z.string(), amount: z.number() })),
  }),
});

/** Who changed what, and what a workspace may use. */
export const governanceOperations: Operation[] = [
  operation({
    route: "GET /audit-log",
    permission: "viewAudit",
    role: "admin",
    summary: "who changed what in a workspace, newest first",
    query: {
      workspaceId,
      userId: wireId<UserId>("Only what this user did.").optional(),
      action: wireText(200).describe("Only this operation, exactly.").optional(),
      subject: wireText(200).describe("Only what was done to this, such as `agents/123`.").optional(),
      since: wireTime.describe("Only from then on.").optional(),
      until: wireTime.describe("Only before then.").optional(),
      ...paging,
    },
    answer: pageOfSchema(entryAnswer),
    async run({ services: { store }, caller, query: { workspaceId: named, cursor, limit, ...filters } }) {
      const { userId, action, subject, since, until } = filters;
      const entries = await store.audit.list({
        workspaceId: requirePlace(caller, named, "admin"),
        ...(userId !== undefined && { userId }),
        ...(action !== undefined && { action }),
        ...(subject !== undefined && { subject }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        ...(cursor !== undefined && { before: cursor as AuditEntryId }),
        limit: limit + 1,
      });
      const names = await userNames(
        store,
        entries.flatMap(({ userId: id }) => (id === undefined ? [] : [id])),
      );
      return pageOf(entries, limit, (entry) => presentEntry(entry, names));
    },
  }),
  operation({
    route: "GET /limits",
    permission: "viewLimits",
    role: "viewer",
    summary: "what a workspace may use, and has used of it this month",
    query: { workspaceId },
    answer: limitsAnswer,
    run: async ({ services: { store }, caller, query }) =>
      presentLimits(store, requirePlace(caller, query.workspaceId, "viewer")),
  }),
  operation({
    route: "PUT /limits",
    permission: "manageLimits",
    role: "admin",
    summary: "limit what a workspace may use; counts within seconds",
    body: { workspaceId, ...LIMITS },
    answer: limitsAnswer,
    async run({ services: { store }, caller, body }) {
      const place = requirePlace(caller, body.workspaceId, "admin");
      await store.limits.save(place, readLimits(body), new Date());
      await store.flushed();
      return presentLimits(store, place);
    },
  }),
];

function readLimits(body: {
  turnsPerMinute: number | null;
  turnsAtOnce: number | null;
  tokensPerMonth: number | null;
  costPerMonth: { amount: number; currency: string } | null;
}): WorkspaceLimits {
  return {
    ...(body.turnsPerMinute !== null && { turnsPerMinute: body.turnsPerMinute }),
    ...(body.turnsAtOnce !== null && { turnsAtOnce: body.turnsAtOnce }),
    ...(body.tokensPerMonth !== null && { tokensPerMonth: body.tokensPerMonth }),
    ...(body.costPerMonth !== null && { costPerMonth: body.costPerMonth }),
  };
}

async function presentLimits({ limits }: Pick<Store, "limits">, place: WorkspaceId) {
  const now = new Date();
  const [set, used] = await Promise.all([limits.find(place), limits.usage(place, monthOf(now))]);
  return {
    limits: {
      turnsPerMinute: set.turnsPerMinute ?? null,
      turnsAtOnce: set.turnsAtOnce ?? null,
      tokensPerMonth: set.tokensPerMonth ?? null,
      costPerMonth: set.costPerMonth ?? null,
    },
    usage: { month: now.toISOString().slice(0, 7), endsAt: nextMonth(now), ...used },
  };
}

function presentEntry(entry: AuditEntry, names: ReadonlyMap<UserId, string>) {
  const { userId } = entry;
  return {
    id: formatId(entry.id),
    userId: userId === undefined ? null : formatId(userId),
    userName: (userId && names.get(userId)) ?? "",
    via: entry.via,
    family: entry.family,
    action: entry.action,
    subject: entry.subject,
    fields: entry.fields,
    requestId: entry.requestId,
    address: entry.address,
    createdAt: entry.createdAt,
  };
}
