import { Tag } from "antd";
import type { ReactNode } from "react";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import { useAbout } from "./data.ts";
import { settingsWords } from "./text.ts";

const ENGINES = { sqlite: "SQLite", postgres: "PostgreSQL" } as const;
const BYTES_PER_MEGABYTE = 1024 * 1024;

/** What this installation is, and how it is. */
export function AboutSection() {
  const t = useWords(settingsWords);
  const about = useAbout();
  return (
    <>
      <PageHeader
        title={t("about")}
        description={t("aboutHint")}
        actions={<ApiPeek calls={[{ path: "/api/about" }]} />}
      />
      {about.isPending && <Loading />}
      {about.isError && <ErrorState error={about.error} onRetry={() => void about.refetch()} />}
      {about.data !== undefined && (
        <Section>
          <Facts about={about.data} />
        </Section>
      )}
    </>
  );
}

function Facts({ about }: { about: NonNullable<ReturnType<typeof useAbout>["data"]> }) {
  const t = useWords(settingsWords);
  const [language] = useLanguage();
  const { version, storage, node, nodes, startedAt, dataDirectory, health } = about;
  const megabytes = new Intl.NumberFormat(language, {
    style: "unit",
    unit: "megabyte",
    maximumFractionDigits: 1,
  }).format(storage.bytes / BYTES_PER_MEGABYTE);
  return (
    <dl className="settings-facts">
      <Fact name={t("health")}>
        {health.isReady ? (
          <Tag color="success">{t("healthy")}</Tag>
        ) : (
          <Tag color="error">{t("unhealthy", { problem: health.problem })}</Tag>
        )}
      </Fact>
      <Fact name={t("version")}>{version}</Fact>
      <Fact name={t("running")}>
        <Time at={startedAt} isExact />
      </Fact>
      <Fact name={t("storage")}>{ENGINES[storage.engine]}</Fact>
      <Fact name={t("size")}>{megabytes}</Fact>
      <Fact name={t("schemaVersion")}>{storage.schemaVersion}</Fact>
      <Fact name={t("durability")}>
        {storage.durability === "full" ? t("durabilityFull") : t("durabilityRelaxed")}
      </Fact>
      <Fact name={t("nodes")}>{t("nodeList", { count: nodes.length, node })}</Fact>
      {dataDirectory !== null && (
        <Fact name={t("dataDirectory")}>
          <code>{dataDirectory}</code>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
