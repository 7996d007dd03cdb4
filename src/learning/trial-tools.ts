import type { Outbound } from "../http/outbound.ts";

/** Which HTTP tools are really called in a trial: all, those that only read (GET), or none. */
export type CalledTools = "all" | "reading" | "none";

/** The way out for a trial: tools that it does not call fail, and the model is told so. */
export function trialOutbound(
  outbound: Pick<Outbound, "request">,
  tools: CalledTools,
): Pick<Outbound, "request"> {
  return {
    request: async (request) => {
      if (tools === "all" || (tools === "reading" && request.method === "GET")) {
        return outbound.request(request);
      }
      throw new Error("it is not called in a trial");
    },
  };
}
