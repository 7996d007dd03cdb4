import { z } from "zod";
import { requireAgentAccess, requireMembership } from "../../access/permissions.ts";
import type { Role, TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { EvaluationCase, EvaluationSet } from "../../domain/evaluation.ts";
import type { AgentId, EvaluationCaseId, EvaluationSetId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import { ratedCases, turnCase } from "../../learning/case-sources.ts";
import { CASE_LIMIT } from "../../learning/evaluations.ts";
import type { EvaluationSetListing, Store } from "../../storage/store.ts";
import { presentEvaluation, shownEvaluation } from "./evaluation-present.ts";
import { type Operation, operation } from "./operation.ts";
import { RATED_FILTERS, ratedQueryOf } from "./rated-filters.ts";
import { heardAgents, requirePlace } from "./reach.ts";
import { formatId, idOf, pageOf, pageOfSchema, paging, wireId, wireMoment, wireText } from "./wire.ts";

const QUESTION_LIMIT = 10_000;
const TEXT_LIMIT = 50_000;
const EARLIER_LIMIT = 50;
/** Evaluations among which those are that still run. */
const LATEST = 10;

const name = wireText(128)
  .refine((text) => text.trim() !== "", { error: "must be 1 to 128 characters" })
  .describe("For people.");
const question = wireText(QUESTION_LIMIT)
  .refine((text) => text.trim() !== "", { error: "must not be empty" })
  .describe("What is asked.");
const expected = wireText(TEXT_LIMIT).describe("The answer one wants, or what it has to say.");
const history = z
  .array(z.strictObject({ user: wireText(TEXT_LIMIT), assistant: wireText(TEXT_LIMIT) }))
  .max(EARLIER_LIMIT, { error: `more than ${EARLIER_LIMIT}` })
  .describe("What was said before it, oldest first.");

const shownSet = z.object({
  id: z.string(),
  name: z.string(),
  workspaceId: z.string(),
  agentId: z.string(),
  /** Null: it was deleted. */
  agentName: z.string().nullable(),
  cases: z.number(),
  /** The latest. */
  evaluation: shownEvaluation.nullable(),
  createdAt: wireMoment,
});

const shownCase = z.object({
  id: z.string(),
  question: z.string(),
  history: z.array(z.object({ user: z.string(), assistant: z.string() })),
  expected: z.string(),
  recorded: z.string(),
  turnId: z.string().nullable(),
  createdAt: wireMoment,
});

const added = z.object({ added: z.number(), cases: z.number(), limit: z.number() });

/** Questions that agents are measured with. */
export const evaluationSetOperations: Operation[] = [
  operation({
    route: "GET /evaluation-sets",
    permission: "viewFeedback",
    role: "viewer",
    summary: "sets of questions of a workspace, newest first, each with its latest evaluation",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      agentId: wireId<AgentId>("Only of this agent.").optional(),
      ...paging,
    },
    answer: pageOfSchema(shownSet),
    async run({ services: { store }, caller, query: { workspaceId, agentId, cursor, limit } }) {
      const place = requirePlace(caller, workspaceId, "viewer");
      const agentIds = heardAgents(caller, place, agentId);
      const found = await store.evaluations.listSets({
        workspaceId: place,
        ...(agentIds !== undefined && { agentIds }),
        ...(cursor !== undefined && { before: cursor as EvaluationSetId }),
        limit: limit + 1,
      });
      const named = await Promise.all(
        found.map(async (listing) => ({
          ...listing,
          id: listing.set.id,
          agent: await store.agents.find(listing.set.agentId),
        })),
      );
      return pageOf(named, limit, presentSet);
    },
  }),
  operation({
    route: "POST /evaluation-sets",
    permission: "manageEvaluations",
    role: "member",
    summary: "make a set of questions for an agent",
    body: { name, agentId: wireId<AgentId>("The agent.") },
    answer: shownSet,
    async run({ services: { store }, caller, body }) {
      const agent = await store.agents.find(body.agentId);
      if (agent === undefined) throw new DomainError("not_found", "no such agent");
      requireAgentAccess(caller, agent, "listen");
      requireMembership(caller, agent.workspaceId, "member");
      const now = new Date();
      const set: EvaluationSet = {
        id: store.newId<EvaluationSetId>(),
        workspaceId: agent.workspaceId,
        agentId: agent.id,
        name: body.name,
        creatorId: caller.user.id,
        createdAt: now,
        updatedAt: now,
      };
      await store.evaluations.insertSet(set);
      await store.flushed();
      return presentSet({ set, cases: 0, agent });
    },
  }),
  operation({
    route: "GET /evaluation-sets/:setId",
    permission: "viewFeedback",
    role: "viewer",
    summary: "one set of questions",
    answer: shownSet,
    async run({ services: { store }, caller, params }) {
      return shown(store, await reachedSet(store, caller, params["setId"], "viewer"));
    },
  }),
  operation({
    route: "PATCH /evaluation-sets/:setId",
    permission: "manageEvaluations",
    role: "member",
    summary: "name it otherwise",
    body: { name },
    answer: shownSet,
    async run({ services: { store }, caller, params, body }) {
      const set = await reachedSet(store, caller, params["setId"], "member");
      await store.evaluations.renameSet(set.id, body.name, new Date());
      await store.flushed();
      return shown(store, { ...set, name: body.name });
    },
  }),
  operation({
    route: "DELETE /evaluation-sets/:setId",
    permission: "manageEvaluations",
    role: "member",
    summary: "delete it with its questions and evaluations",
    answer: z.object({}),
    async run({ services: { store, evaluations }, caller, params }) {
      const set = await reachedSet(store, caller, params["setId"], "member");
      const latest = await store.evaluations.list({ setId: set.id, limit: LATEST });
      for (const { id, state } of latest) if (state === "running") await evaluations.stop(id);
      await store.evaluations.deleteSet(set.id);
      await store.flushed();
      return {};
    },
  }),
  operation({
    route: "GET /evaluation-sets/:setId/cases",
    permission: "viewFeedback",
    role: "viewer",
    summary: "questions of a set, oldest first",
    query: paging,
    answer: pageOfSchema(shownCase),
    async run({ services: { store }, caller, params, query: { cursor, limit } }) {
      const { id: setId } = await reachedSet(store, caller, params["setId"], "viewer");
      const found = await store.evaluations.listCases({
        setId,
        ...(cursor !== undefined && { after: cursor as EvaluationCaseId }),
        limit: limit + 1,
      });
      return pageOf(found, limit, presentCase);
    },
  }),
  operation({
    route: "POST /evaluation-sets/:setId/cases",
    permission: "manageEvaluations",
    role: "member",
    summary: `add a question, or the one of a turn with what was said before it; a set holds at most ${CASE_LIMIT}, each turn once`,
    body: {
      question: question.optional().describe("What is asked. Absent: what the turn was asked."),
      expected: expected.default(""),
      history: history.optional(),
      turnId: wireId<TurnId>("The turn it comes from.").optional(),
    },
    answer: added,
    async run({ services: { store }, caller, params, body: { turnId, ...body } }) {
      const set = await reachedSet(store, caller, params["setId"], "member");
      const made = turnId === undefined ? writtenCase(store, set, body) : await turnCase(store, set, turnId);
      return add(store, set, [{ ...made, ...given(body) }]);
    },
  }),
  operation({
    route: "POST /evaluation-sets/:setId/cases/rated",
    permission: "manageEvaluations",
    role: "member",
    summary:
      "add the questions of rated turns of the set's agent, the newest first, as many as there is room for",
    body: {
      rating: RATED_FILTERS.rating,
      since: RATED_FILTERS.since,
      until: RATED_FILTERS.until,
      rater: RATED_FILTERS.rater,
      category: RATED_FILTERS.category,
      hasComment: z
        .boolean({ error: "must be true or false" })
        .optional()
        .describe("`true`: only with a comment; `false`: only without."),
      channel: RATED_FILTERS.channel,
      family: RATED_FILTERS.family,
      limit: z
        .int()
        .min(1)
        .max(CASE_LIMIT, { error: `must be from 1 to ${CASE_LIMIT}` })
        .default(100)
        .describe("At most so many questions."),
    },
    answer: added,
    async run({ services: { store }, caller, params, body: { limit, ...filters } }) {
      const set = await reachedSet(store, caller, params["setId"], "member");
      const { hasComment, ...rest } = filters;
      const query = await ratedQueryOf(store, caller, { ...rest, agentId: set.agentId });
      return add(store, set, await ratedCases(store, set, { ...query, hasComment }, limit));
    },
  }),
  operation({
    route: "PATCH /evaluation-cases/:caseId",
    permission: "manageEvaluations",
    role: "member",
    summary: "change what is given of a question",
    body: { question: question.optional(), expected: expected.optional(), history: history.optional() },
    answer: shownCase,
    async run({ services: { store }, caller, params, body }) {
      const changed = { ...(await reachedCase(store, caller, params["caseId"])), ...given(body) };
      await store.evaluations.saveCase(changed);
      await store.flushed();
      return presentCase(changed);
    },
  }),
  operation({
    route: "DELETE /evaluation-cases/:caseId",
    permission: "manageEvaluations",
    role: "member",
    summary: "take a question out of its set",
    answer: z.object({}),
    async run({ services: { store }, caller, params }) {
      const { id } = await reachedCase(store, caller, params["caseId"]);
      await store.evaluations.deleteCase(id);
      await store.flushed();
      return {};
    },
  }),
];

/** A set of a workspace of the caller. Rejects with `not_found`, or `permission_denied` where its role is less. */
export async function reachedSet(
  { evaluations }: Pick<Store, "evaluations">,
  caller: TokenCaller,
  text: string | undefined,
  least: Role,
): Promise<EvaluationSet> {
  const set = await evaluations.findSet(idOf<EvaluationSetId>(text));
  const isSeen = caller.memberships.some(({ workspaceId }) => workspaceId === set?.workspaceId);
  if (set === undefined || !isSeen) throw new DomainError("not_found", "there is no such evaluation set");
  const { workspaceId } = requireMembership(caller, set.workspaceId, least);
  requireAgentAccess(caller, { id: set.agentId, workspaceId }, "listen");
  return set;
}

async function reachedCase(
  store: Pick<Store, "evaluations">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<EvaluationCase> {
  const found = await store.evaluations.findCase(idOf<EvaluationCaseId>(text));
  if (found === undefined) throw new DomainError("not_found", "there is no such question");
  await reachedSet(store, caller, formatId(found.setId), "member");
  return found;
}

interface WrittenCase {
  question?: string | undefined;
  expected?: string | undefined;
  history?: EvaluationCase["history"] | undefined;
}

function writtenCase(store: Store, { id: setId }: EvaluationSet, body: WrittenCase): EvaluationCase {
  if (body.question === undefined) {
    throw new DomainError("request_invalid", "question: is required", { field: "question" });
  }
  return {
    id: store.newId<EvaluationCaseId>(),
    setId,
    question: body.question,
    history: body.history ?? [],
    expected: body.expected ?? "",
    recorded: "",
    createdAt: new Date(),
  };
}

function given({ question: asked, expected: wanted, history: before }: WrittenCase) {
  return {
    ...(asked !== undefined && { question: asked }),
    ...(wanted !== undefined && { expected: wanted }),
    ...(before !== undefined && { history: before }),
  };
}

async function add(store: Store, { id }: EvaluationSet, cases: readonly EvaluationCase[]) {
  const count = await store.evaluations.addCases(id, cases, CASE_LIMIT);
  await store.flushed();
  return { added: count, cases: await store.evaluations.countCases(id), limit: CASE_LIMIT };
}

async function shown(store: Store, set: EvaluationSet) {
  const [evaluation] = await store.evaluations.list({ setId: set.id, limit: 1 });
  return presentSet({
    set,
    cases: await store.evaluations.countCases(set.id),
    agent: await store.agents.find(set.agentId),
    ...(evaluation !== undefined && { evaluation }),
  });
}

function presentSet({
  set,
  cases,
  evaluation,
  agent,
}: EvaluationSetListing & { agent: Pick<Agent, "name"> | undefined }) {
  return {
    id: formatId(set.id),
    name: set.name,
    workspaceId: formatId(set.workspaceId),
    agentId: formatId(set.agentId),
    agentName: agent?.name ?? null,
    cases,
    evaluation: evaluation === undefined ? null : presentEvaluation(evaluation),
    createdAt: set.createdAt,
  };
}

function presentCase({ id, turnId, setId: _, ...rest }: EvaluationCase) {
  return { ...rest, id: formatId(id), turnId: turnId === undefined ? null : formatId(turnId) };
}
