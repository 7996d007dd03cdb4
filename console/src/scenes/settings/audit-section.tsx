import { Input, Select, Tag } from "antd";
import { useId, useState } from "react";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import { wordsOfAction } from "./audit-words.ts";
import { type AuditEntry, type AuditFilters, useAuditLog, useMembers } from "./data.ts";
import { settingsWords } from "./text.ts";

/** Who changed what, and from where. */
export function AuditSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const [filters, setFilters] = useState<AuditFilters>({});
  const entries = useAuditLog(filters);
  const query = new URLSearchParams({ workspaceId, ...filters });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <>
      <PageHeader
        title={t("audit-log")}
        description={t("auditHint")}
        actions={<ApiPeek calls={[{ path: `/api/audit-log?${query}` }]} />}
      />
      <Section isFlush>
        <Filters filters={filters} onChange={setFilters} />
        <DataList
          query={entries}
          label={t("audit-log")}
          itemKey={({ id }) => id}
          empty={
            isFiltered ? (
              <EmptyState title={t("noEntriesFound")} />
            ) : (
              <EmptyState title={t("noEntries")} hint={t("noEntriesHint")} />
            )
          }
          columns={[
            { key: "what", title: t("what"), render: (entry) => <What entry={entry} /> },
            { key: "who", title: t("who"), render: (entry) => <Who entry={entry} />, width: "170px" },
            { key: "where", title: t("where"), render: ({ address }) => address || "–", width: "150px" },
            {
              key: "when",
              title: t("when"),
              render: ({ createdAt }) => <Time at={createdAt} />,
              width: "130px",
            },
          ]}
        />
      </Section>
    </>
  );
}

function Filters({ filters, onChange }: { filters: AuditFilters; onChange(filters: AuditFilters): void }) {
  const t = useWords(settingsWords);
  const [whoId, subjectId, sinceId, untilId] = [useId(), useId(), useId(), useId()];
  const members = useMembers();
  const people = members.data?.pages.flatMap(({ items }) => items) ?? [];
  const set = (name: keyof AuditFilters, value: string | undefined) => {
    const { [name]: _, ...rest } = filters;
    onChange(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  return (
    <div className="settings-filters">
      <label htmlFor={whoId}>
        {t("who")}
        <Select
          id={whoId}
          allowClear
          placeholder={t("everybody")}
          value={filters.userId ?? null}
          onChange={(value: string | null) => set("userId", value ?? undefined)}
          options={people.map(({ userId, name, nickname }) => ({ value: userId, label: nickname || name }))}
        />
      </label>
      <label htmlFor={subjectId}>
        {t("onlySubject")}
        <Input
          id={subjectId}
          allowClear
          placeholder={t("onlySubjectHint")}
          onChange={(event) => set("subject", event.target.value.trim())}
        />
      </label>
      <label htmlFor={sinceId}>
        {t("onlySince")}
        <Input id={sinceId} type="date" onChange={(event) => set("since", startOf(event.target.value))} />
      </label>
      <label htmlFor={untilId}>
        {t("onlyUntil")}
        <Input id={untilId} type="date" onChange={(event) => set("until", startOf(event.target.value))} />
      </label>
    </div>
  );
}

/** The first moment of a day here. */
function startOf(day: string): string | undefined {
  return day === "" ? undefined : new Date(`${day}T00:00:00`).toISOString();
}

function What({ entry: { action, subject, fields } }: { entry: AuditEntry }) {
  const t = useWords(settingsWords);
  const [language] = useLanguage();
  const words = wordsOfAction(action, language);
  return (
    <div className="settings-stack">
      <span>{words ?? action}</span>
      <small>
        {words !== undefined && (
          <>
            <code>{action}</code> ·{" "}
          </>
        )}
        {subject}
      </small>
      {fields.length > 0 && <small>{t("given", { fields: fields.join(", ") })}</small>}
    </div>
  );
}

const VIA = {
  session: "viaSession",
  personal: "viaPersonal",
  "oauth-user": "viaOauth-user",
  "oauth-jwt": "viaOauth-jwt",
  "command-line": "viaCommandLine",
} as const satisfies Record<AuditEntry["via"], string>;

function Who({ entry: { userName, userId, via, family } }: { entry: AuditEntry }) {
  const t = useWords(settingsWords);
  return (
    <div className="settings-stack">
      {family !== "command-line" && <span>{userName || userId}</span>}
      <span>
        <Tag>{t(VIA[via])}</Tag>
        {family === "coze" && <Tag>Coze</Tag>}
      </span>
    </div>
  );
}
