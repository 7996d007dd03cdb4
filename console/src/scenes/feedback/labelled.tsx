import { type ReactNode, useId } from "react";

/** A control with its name above it. */
export function Labelled({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId();
  return (
    <div className="feedback-filter">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}
