import { AskingAgain } from "./asking-again.ts";
import { ApiError, whenSignedOut } from "./client.ts";

/** What the pages know of the server. A refusal is not asked for twice; what did not get through is. */
export const queryClient = new AskingAgain({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && isRefusal(error)),
    },
    // What was answered to a change is shown where it was asked, and may be a secret: it is kept by nobody else.
    mutations: { gcTime: 0 },
  },
});

whenSignedOut(() => void queryClient.invalidateQueries({ queryKey: ["session"] }));

function isRefusal({ status }: ApiError): boolean {
  return status >= 400 && status < 500 && status !== 429;
}
