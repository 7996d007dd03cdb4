import type { ReactNode } from "react";

/** Instead of a page: what there is to know, and where to go on. */
export function Notice({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="notice">
      <h1>{title}</h1>
      <p>{hint}</p>
      {children}
    </div>
  );
}
