import { App } from "antd";
import { useCallback } from "react";
import { ErrorText } from "./error-state.tsx";

/** Tells for some seconds what went wrong, where nothing on the page is the place for it. */
export function useTellFailure(): (error: unknown) => void {
  const { message } = App.useApp();
  return useCallback(
    (error) => void message.error({ content: <ErrorText error={error as Error} />, duration: 6 }),
    [message],
  );
}
