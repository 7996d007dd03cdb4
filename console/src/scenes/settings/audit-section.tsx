import { Select, Tag } from "antd";
import { useWorkspace } from "../../api/session.ts";
import { useAddress } from "../../parts/address.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Labelled } from "../../parts/labelled.tsx";
import { MomentFilter } from "../../parts/moment-filter.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { TextFilter } from "../../parts/text-filter.tsx";
import { Time } from "../../parts/time.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import { wordsOfAction } from "./audit-words.ts";
import { type AuditEntry, type AuditFilters, useAuditLog, useMembers } from "./data.ts";
import { settingsWords } from "./text.ts";

/** Who changed what, and from where. */
export function AuditSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const [parameters, change] = useAddress();
  const filters = filtersOf(parameters);
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
        <Filters parameters={parameters} onChange={change} />
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

/** The filters of an address, which holds days. */
function filtersOf(parameters: URLSearchParams): AuditFilters {
  const text = (name: string) => parameters.get(name) ?? "";
  const [userId, subject] = [text("userId"), text("subject")];
  const [since, until] = [dayOf(text("since"), 0), dayOf(text("until"), 1)];
  return {
    ...(userId !== "" && { userId }),
    ...(subject !== "" && { subject }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** The first moment of a day here, or of one some days later. */
function dayOf(day: string, later: number): string | undefined {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + later);
  return at.toISOString();
}

function Filters({
  parameters,
  onChange,
}: {
  parameters: URLSearchParams;
  onChange(changes: Record<string, string | undefined>): void;
}) {
  const t = useWords(settingsWords);
  const members = useMembers();
  const people = members.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="settings-filters">
      <Labelled label={t("who")}>
        {(id) => (
          <Select
            id={id}
            allowClear
            placeholder={t("everybody")}
            value={parameters.get("userId")}
            onChange={(value: string | null) => onChange({ userId: value ?? undefined })}
            options={people.map(({ userId, name, nickname }) => ({ value: userId, label: nickname || name }))}
          />
        )}
      </Labelled>
      <TextFilter
        label={t("onlySubject")}
        placeholder={t("onlySubjectHint")}
        value={parameters.get("subject") ?? undefined}
        onChange={(subject) => onChange({ subject })}
      />
      {(["since", "until"] as const).map((name) => (
        <MomentFilter
          key={name}
          label={t(name === "since" ? "onlySince" : "onlyUntil")}
          type="date"
          value={parameters.get(name) ?? ""}
          onChange={(day) => onChange({ [name]: day })}
        />
      ))}
    </div>
  );
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
