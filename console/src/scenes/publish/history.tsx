import { Select } from "antd";
import { useState } from "react";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type HistoryLine, type Place, useHistory } from "./data.ts";
import { channelTitle, StateTag } from "./standing.tsx";
import { publishWords } from "./text.ts";

/** Everything that happened to an agent on its channels: when, who, which version, why. */
export function History({
  agentId,
  places,
  onAgain,
}: {
  agentId: string;
  places: Place[];
  /** Absent: the person may not publish. */
  onAgain?: (channel: string, versionNumber: number) => Promise<unknown>;
}) {
  const t = useWords(publishWords);
  const [channel, setChannel] = useState<string>();
  const history = useHistory(agentId, channel);
  const isOpen = (line: HistoryLine) => places.some((place) => place.channel === line.channel);
  const isLive = (line: HistoryLine) =>
    places.some(
      (place) => place.channel === line.channel && place.live?.versionNumber === line.versionNumber,
    );
  const title = (line: HistoryLine) => channelTitle(t, { channel: line.channel, name: line.channelName });
  return (
    <Section
      title={t("history")}
      isFlush
      actions={
        <Select
          size="small"
          aria-label={t("channel")}
          value={channel ?? ""}
          popupMatchSelectWidth={false}
          onChange={(next) => setChannel(next === "" ? undefined : next)}
          options={[
            { value: "", label: t("allChannels") },
            ...places.map((place) => ({ value: place.channel, label: channelTitle(t, place) })),
          ]}
        />
      }
    >
      <DataList
        query={history}
        label={t("history")}
        itemKey={({ submissionId, to, at }) => `${submissionId} ${to} ${at}`}
        columns={[
          {
            key: "what",
            title: t("change"),
            width: "34%",
            render: (line) => (
              <div className="publish-verdict">
                <StateTag state={line.to} prefix={title(line)} />
                {line.reason !== "" && <span className="publish-reason">{line.reason}</span>}
              </div>
            ),
          },
          {
            key: "version",
            title: t("version"),
            render: ({ versionNumber }) => <Time at={new Date(versionNumber).toISOString()} isExact />,
          },
          { key: "who", title: t("who"), render: ({ by }) => by.name ?? t(`by_${by.kind}`) },
          { key: "when", title: t("when"), width: "140px", render: ({ at }) => <Time at={at} /> },
        ]}
        {...(onAgain !== undefined && {
          actions: (line: HistoryLine) =>
            isOpen(line) &&
            !isLive(line) &&
            line.to !== "auditing" && (
              <ConfirmButton
                size="small"
                type="text"
                question={t("againQuestion", { channel: title(line) })}
                onConfirm={() => onAgain(line.channel, line.versionNumber)}
              >
                {t("again")}
              </ConfirmButton>
            ),
        })}
        empty={<EmptyState title={t("historyEmpty")} />}
      />
    </Section>
  );
}
