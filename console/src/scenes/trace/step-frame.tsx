import { type ComponentType, type ReactNode, useState } from "react";

/** A step in a line that opens to `children`; they are made when it is opened. */
export function StepFrame({
  icon: Icon,
  name,
  title,
  outcome,
  isFailed,
  children,
}: {
  icon: ComponentType;
  name: string;
  title: string;
  outcome: ReactNode;
  isFailed: boolean;
  children: ReactNode;
}) {
  const [isShown, setShown] = useState(false);
  return (
    <li className={isFailed ? "trace-step trace-step-failed" : "trace-step"}>
      <details onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>
          <span className="trace-icon" aria-hidden="true">
            <Icon />
          </span>
          <span className="trace-name">
            <strong>{name}</strong>
            {title !== "" && <span className="trace-title">{title}</span>}
          </span>
          <span className="trace-outcome">{outcome}</span>
        </summary>
        {isShown && <div className="trace-body">{children}</div>}
      </details>
    </li>
  );
}
