import { type ReactNode, useEffect } from "react";

/** The head of a page: its name, what it is for, what one does most there. */
export function PageHeader({
  title,
  description,
  actions,
  breadcrumb,
}: {
  title: string;
  description?: ReactNode;
  /** One primary button at most, the last. */
  actions?: ReactNode;
  /** A link to where the page belongs. */
  breadcrumb?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Antiphon`;
  }, [title]);
  return (
    <header className="page-header">
      <div className="page-header-words">
        {breadcrumb !== undefined && <div className="page-header-breadcrumb">{breadcrumb}</div>}
        <h1>{title}</h1>
        {description !== undefined && <p>{description}</p>}
      </div>
      {actions !== undefined && <div className="page-header-actions">{actions}</div>}
    </header>
  );
}
