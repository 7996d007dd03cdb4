import EllipsisOutlined from "@ant-design/icons/es/icons/EllipsisOutlined";
import { App, Button, Dropdown, Tag } from "antd";
import { useState } from "react";
import { DataList } from "../../../parts/data-list.tsx";
import { EmptyState } from "../../../parts/empty-state.tsx";
import { Section } from "../../../parts/section.tsx";
import { Time } from "../../../parts/time.tsx";
import { commonWords } from "../../../text/common.ts";
import { useLanguage, useWords } from "../../../text/words.ts";
import { useChannelName } from "../agent-state.tsx";
import {
  type AgentDetail,
  usePublishVersion,
  useRestoreVersion,
  useVersions,
  type Version,
} from "../data.ts";
import { agentWords } from "../text.ts";
import { DifferenceView, type Sides } from "./difference-view.tsx";
import { versionWords } from "./text.ts";
import "./versions.css";
import { useTellFailure } from "../../../parts/tell-failure.tsx";

const DRAFT = "draft";

/** What was published, what is different, and the way back. */
export function VersionsTab({ agent }: { agent: AgentDetail }) {
  const t = useWords(versionWords);
  const [language] = useLanguage();
  const channelName = useChannelName();
  const query = useVersions(agent.id);
  const [chosen, setChosen] = useState<Sides>();
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const [newest] = versions;
  const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const labelOf = (version: Version) => `${moment.format(new Date(version.createdAt))} · ${version.number}`;
  const sides = chosen ?? (newest && { from: String(newest.number), to: DRAFT });
  const choices = [
    { value: DRAFT, label: t("draft") },
    ...versions.map((version) => ({ value: String(version.number), label: labelOf(version) })),
  ];
  return (
    <>
      <Section title={t("versions")} description={t("versionsHint")} isFlush>
        <DataList
          query={query}
          label={t("versions")}
          itemKey={({ id }) => id}
          empty={<EmptyState title={t("empty")} hint={t("emptyHint")} />}
          columns={[
            {
              key: "version",
              title: t("version"),
              render: ({ createdAt, number }) => (
                <>
                  <Time at={createdAt} isExact />
                  <div className="version-number">{number}</div>
                </>
              ),
            },
            {
              key: "changelog",
              title: t("changelog"),
              width: "26%",
              render: ({ changelog }) => (changelog === "" ? t("noChangelog") : changelog),
            },
            {
              key: "by",
              title: t("by"),
              width: "16%",
              render: ({ creator }) => creator?.name ?? t("byFile"),
            },
            {
              key: "live",
              title: t("live"),
              render: ({ live }) => (
                <span className="agent-state">
                  {live.map((place) => (
                    <Tag key={place.channel} data-sign="good">
                      {channelName(place)}
                    </Tag>
                  ))}
                  {live.length === 0 && t("nowhere")}
                </span>
              ),
            },
          ]}
          actions={(version) => (
            <VersionActions
              agent={agent}
              version={version}
              onCompare={() => setChosen({ from: String(version.number), to: DRAFT })}
            />
          )}
        />
      </Section>
      {sides !== undefined && (
        <DifferenceView
          agentId={agent.id}
          revision={agent.revision}
          sides={sides}
          choices={choices}
          onChoose={setChosen}
        />
      )}
    </>
  );
}

function VersionActions({
  agent,
  version,
  onCompare,
}: {
  agent: AgentDetail;
  version: Version;
  onCompare(): void;
}) {
  const t = useWords(versionWords);
  const words = useWords(agentWords);
  const common = useWords(commonWords);
  const channelName = useChannelName();
  const { modal, message } = App.useApp();
  const tellFailure = useTellFailure();
  const restoring = useRestoreVersion(agent.id);
  const publishing = usePublishVersion(agent.id);
  const ask = (question: string, hint: string, okText: string, work: () => Promise<unknown>, done: string) =>
    void modal.confirm({
      title: question,
      content: hint,
      okText,
      cancelText: common("cancel"),
      onOk: async () => {
        try {
          await work();
          void message.success(done);
        } catch (error) {
          tellFailure(error);
        }
      },
    });
  const { number } = version;
  const restore = () =>
    ask(
      t("restoreQuestion"),
      t("restoreHint"),
      t("restore"),
      () => restoring.mutateAsync({ number, revision: agent.revision }),
      t("restored"),
    );
  const elsewhere = agent.live.filter(({ versionNumber }) => versionNumber !== number);
  const items = elsewhere.map((place) => {
    const channel = channelName(place);
    return {
      key: place.channel,
      label: t("putLive", { channel }),
      onClick: () =>
        ask(
          t("putLiveQuestion", { channel }),
          t("putLiveHint"),
          t("putLive", { channel }),
          () => publishing.mutateAsync({ number, channel: place.channel }),
          t("putLiveDone"),
        ),
    };
  });
  return (
    <span className="version-actions">
      <Button size="small" onClick={onCompare}>
        {t("compare")}
      </Button>
      {agent.mayChange && (
        <Button size="small" onClick={restore}>
          {t("restore")}
        </Button>
      )}
      {agent.mayChange && items.length > 0 && (
        <Dropdown menu={{ items }} trigger={["click"]}>
          <Button size="small" icon={<EllipsisOutlined />} aria-label={`${words("more")}: ${number}`} />
        </Dropdown>
      )}
    </span>
  );
}
