import type { z } from "zod";
import type { Role, TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import type { EvaluationId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { presentEvaluation, shownEvaluation, shownRow } from "./evaluation-present.ts";
import { reachedSet } from "./evaluation-sets.ts";
import { type Operation, operation } from "./operation.ts";
import { formatId, idOf, pageOf, pageOfSchema, paging, wireText } from "./wire.ts";

/** The questions of a set asked of an agent, and of what it is measured by. */
export const evaluationOperations: Operation[] = [
  operation({
    route: "GET /evaluation-sets/:setId/evaluations",
    permission: "viewFeedback",
    role: "viewer",
    summary: "evaluations of a set, newest first",
    query: paging,
    answer: pageOfSchema(shownEvaluation),
    async run({ services: { store }, caller, params, query: { cursor, limit } }) {
      const { id: setId } = await reachedSet(store, caller, params["setId"], "viewer");
      const found = await store.evaluations.list({
        setId,
        ...(cursor !== undefined && { before: cursor as EvaluationId }),
        limit: limit + 1,
      });
      return pageOf(found, limit, presentEvaluation);
    },
  }),
  operation({
    route: "POST /evaluation-sets/:setId/evaluations",
    permission: "manageEvaluations",
    role: "member",
    summary:
      "ask all questions of the set; it runs on the server, also when the caller hangs up, and calls no tool that might change something",
    body: {
      candidate: wireText(20)
        .default("draft")
        .describe("What is measured: `draft` (when absent), or the number of a version."),
      baseline: wireText(20)
        .default("live")
        .describe(
          "What it is measured by: `live` (when absent), `recorded`: what was answered then, or the number of a version.",
        ),
      judge: wireText(100).optional().describe("Name of the model that grades. Absent: nobody does."),
    },
    answer: shownEvaluation,
    async run({ services: { store, evaluations }, caller, params, body }) {
      const set = await reachedSet(store, caller, params["setId"], "member");
      return presentEvaluation(
        await evaluations.start({ set, ...body, judge: body.judge, by: caller.user.id }),
      );
    },
  }),
  operation({
    route: "GET /evaluations/:evaluationId",
    permission: "viewFeedback",
    role: "viewer",
    summary: "one evaluation: how far it is, and what it comes to",
    answer: shownEvaluation,
    async run({ services: { store }, caller, params }) {
      return presentEvaluation(await reachedEvaluation(store, caller, params["evaluationId"], "viewer"));
    },
  }),
  operation({
    route: "POST /evaluations/:evaluationId/stop",
    permission: "manageEvaluations",
    role: "member",
    summary: "stop it; what is done stays",
    answer: shownEvaluation,
    async run({ services: { store, evaluations }, caller, params }) {
      const { id } = await reachedEvaluation(store, caller, params["evaluationId"], "member");
      await evaluations.stop(id);
      return presentEvaluation(await reachedEvaluation(store, caller, formatId(id), "member"));
    },
  }),
  operation({
    route: "GET /evaluations/:evaluationId/rows",
    permission: "viewFeedback",
    role: "viewer",
    summary: "its report: every question that is done with both answers, by number",
    query: paging,
    answer: pageOfSchema(shownRow),
    async run({ services: { store }, caller, params, query: { cursor = 0, limit } }) {
      const { id } = await reachedEvaluation(store, caller, params["evaluationId"], "viewer");
      const found = await store.evaluations.rows({ id, after: cursor, limit: limit + 1 });
      const rows = found.map(({ number, report }) => ({ id: number, report }));
      return pageOf(rows, limit, ({ report }) => JSON.parse(report) as z.input<typeof shownRow>);
    },
  }),
];

async function reachedEvaluation(
  store: Pick<Store, "evaluations">,
  caller: TokenCaller,
  text: string | undefined,
  least: Role,
): Promise<Evaluation> {
  const evaluation = await store.evaluations.find(idOf<EvaluationId>(text));
  if (evaluation === undefined) throw new DomainError("not_found", "there is no such evaluation");
  await reachedSet(store, caller, formatId(evaluation.setId), least);
  return evaluation;
}
