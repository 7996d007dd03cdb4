import type { ReactNode } from "react";

/** A card of a page, with a heading of the second level. */
export function Section({
  title,
  description,
  actions,
  children,
  isFlush = false,
}: {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Whether what is inside reaches to the edges, as lists do. */
  isFlush?: boolean;
}) {
  return (
    <section className={isFlush ? "section section-flush" : "section"}>
      {(title !== undefined || actions !== undefined) && (
        <div className={isFlush ? "section-head section-head-inset" : "section-head"}>
          <div>
            {title !== undefined && <h2>{title}</h2>}
            {description !== undefined && <p>{description}</p>}
          </div>
          {actions !== undefined && <div className="section-actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
