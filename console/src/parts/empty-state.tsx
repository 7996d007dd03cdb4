import { Empty } from "antd";
import type { ReactNode } from "react";

/** Instead of a list with nothing in it: what will be here, and how to begin. */
export function EmptyState({
  title,
  hint,
  action,
}: {
  title: string;
  hint?: string | undefined;
  action?: ReactNode;
}) {
  return (
    <Empty
      className="empty-state"
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <p className="empty-state-title">{title}</p>
          {hint !== undefined && <p className="empty-state-hint">{hint}</p>}
        </>
      }
    >
      {action}
    </Empty>
  );
}
