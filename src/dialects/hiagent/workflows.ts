import { DomainError } from "../../domain/errors.ts";
import { type Action, action } from "./action.ts";

/**
 * The actions for workflow agents. A chat agent's key is refused as the vendor does; workflow agents themselves
 * cannot run in this version. Source: spec page §9, §10.
 */
export const workflowActions: Action[] = [
  "run_app_workflow",
  "sync_run_app_workflow",
  "query_run_app_process",
  "async_resume_app_workflow",
  "sync_resume_app_workflow",
].map((name) =>
  action({
    name,
    isRead: name.startsWith("query_"),
    kind: "workflow",
    input: {},
    async run() {
      throw new DomainError("not_supported", "workflow agents cannot run in this version");
    },
  }),
);
