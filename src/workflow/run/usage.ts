import { NO_RUN_USAGE, type RunUsage } from "../../domain/workflow-run.ts";

/** Costs are only added up in one currency: that of whatever first had one. */
export function addUsage(sum: RunUsage, more: RunUsage): RunUsage {
  if (more === NO_RUN_USAGE) return sum;
  const currency = sum.currency === "" ? more.currency : sum.currency;
  return {
    inputTokens: sum.inputTokens + more.inputTokens,
    outputTokens: sum.outputTokens + more.outputTokens,
    cost: sum.cost + (more.currency === currency ? more.cost : 0),
    currency,
  };
}
