import type { ReactNode } from "react";

/** Names with their values, a line of small columns; those without a value are left out. */
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  const shown = facts.filter(([, value]) => value !== "" && value !== null && value !== false);
  if (shown.length === 0) return null;
  return (
    <dl className="trace-facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
