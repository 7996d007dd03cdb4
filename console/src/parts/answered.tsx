import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state.tsx";
import { Loading } from "./loading.tsx";

/**
 * What a question was answered with. What is known stays when it cannot be asked again, and so does everything that is
 * being done with it; what went wrong then stands above.
 */
export function Answered<Data>({
  query,
  isWholePage = false,
  children,
}: {
  query: UseQueryResult<Data>;
  isWholePage?: boolean;
  children(data: Data): ReactNode;
}) {
  const failure = query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return failure || <Loading isWholePage={isWholePage} />;
  return (
    <>
      {failure}
      {children(query.data)}
    </>
  );
}
