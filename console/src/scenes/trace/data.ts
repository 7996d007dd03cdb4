import { useQuery } from "@tanstack/react-query";
import { answerOf, api } from "../../api/client.ts";

/** How the answer of a turn came to be. */
export function useTrace(turnId: string) {
  return useQuery({
    queryKey: ["turns", turnId, "trace"],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/turns/{turnId}/trace", { params: { path: { turnId } }, signal })),
  });
}
