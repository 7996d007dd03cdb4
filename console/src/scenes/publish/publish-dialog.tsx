import { Checkbox, Form, Input, Modal, Radio, Select } from "antd";
import { useState } from "react";
import { ErrorText } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useLanguage, useWords } from "../../text/words.ts";
import { type Place, type Publishing, useChannelOptions, useVersions } from "./data.ts";
import { channelAbout, channelTitle } from "./standing.tsx";
import { publishWords } from "./text.ts";

type Chosen = Record<string, Record<string, string>>;

/** Where to, which version, and what is new about it. */
export function PublishDialog({
  agent,
  places,
  refused,
  onClose,
  onPublish,
}: {
  agent: { agentId: string; name: string };
  places: Place[];
  /** What was wanted before and could not be done: it is gone on with. */
  refused: Publishing | undefined;
  onClose(): void;
  onPublish(publishing: Publishing): void;
}) {
  const t = useWords(publishWords);
  const common = useWords(commonWords);
  const [chosen, setChosen] = useState<Chosen>(() =>
    Object.fromEntries(
      refused === undefined
        ? places
            .filter(({ live, needsLink }) => live !== null && !needsLink)
            .map(({ channel }) => [channel, {}])
        : refused.channels.map(({ channel, options = {} }) => [channel, options]),
    ),
  );
  const [changelog, setChangelog] = useState(refused?.changelog ?? "");
  const [isEarlier, setEarlier] = useState(refused?.versionNumber !== undefined);
  const [versionNumber, setVersion] = useState(refused?.versionNumber);
  const channels = places.filter(({ channel }) => chosen[channel] !== undefined);
  const isReady = channels.length > 0 && (!isEarlier || versionNumber !== undefined);
  const publish = () =>
    onPublish({
      channels: channels.map(({ channel }) => ({ channel, options: chosen[channel] ?? {} })),
      changelog,
      ...(isEarlier && versionNumber !== undefined && { versionNumber }),
    });
  const toggle = (channel: string, isOn: boolean) => {
    const { [channel]: _, ...rest } = chosen;
    setChosen(isOn ? { ...rest, [channel]: {} } : rest);
  };
  return (
    <Modal
      open
      title={t("publishTitle", { name: agent.name })}
      okText={t("publish")}
      cancelText={common("cancel")}
      okButtonProps={{ disabled: !isReady }}
      onOk={publish}
      onCancel={onClose}
    >
      <Form className="publish-form" layout="vertical" requiredMark={false}>
        <Form.Item label={t("whereTo")} {...(channels.length === 0 && { help: t("chooseChannel") })}>
          <fieldset className="publish-choices" aria-label={t("whereTo")}>
            {places.map((place) => (
              <Choice
                key={place.channel}
                place={place}
                options={chosen[place.channel]}
                onToggle={(isOn) => toggle(place.channel, isOn)}
                onOptions={(options) => setChosen({ ...chosen, [place.channel]: options })}
              />
            ))}
          </fieldset>
        </Form.Item>
        <Form.Item label={t("version")}>
          <Radio.Group
            aria-label={t("version")}
            value={isEarlier}
            onChange={({ target }) => setEarlier(target.value)}
            options={[
              { label: t("versionDraft"), value: false },
              { label: t("versionEarlier"), value: true },
            ]}
          />
          {isEarlier && <VersionChoice agentId={agent.agentId} value={versionNumber} onChange={setVersion} />}
        </Form.Item>
        {!isEarlier && (
          <Form.Item label={t("changelog")} extra={t("changelogHint")} htmlFor="publish-changelog">
            <Input.TextArea
              id="publish-changelog"
              value={changelog}
              maxLength={2_000}
              rows={3}
              onChange={({ target }) => setChangelog(target.value)}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

function Choice({
  place,
  options,
  onToggle,
  onOptions,
}: {
  place: Place;
  /** Undefined: not chosen. */
  options: Record<string, string> | undefined;
  onToggle(isOn: boolean): void;
  onOptions(options: Record<string, string>): void;
}) {
  const t = useWords(publishWords);
  return (
    <div className="publish-choice">
      <Checkbox
        checked={options !== undefined}
        disabled={place.needsLink}
        onChange={({ target }) => onToggle(target.checked)}
      >
        {channelTitle(t, place)}
        <small>{place.needsLink ? t("needsLink") : channelAbout(t, place)}</small>
        {place.isAudited && <small>{t("asksFirst")}</small>}
      </Checkbox>
      {place.isCustom && options !== undefined && (
        <Options channelId={place.channel} chosen={options} onChange={onOptions} />
      )}
    </div>
  );
}

function Options({
  channelId,
  chosen,
  onChange,
}: {
  channelId: string;
  chosen: Record<string, string>;
  onChange(options: Record<string, string>): void;
}) {
  const options = useChannelOptions(channelId);
  if (options.isError) return <ErrorText error={options.error} />;
  if (options.data === undefined || options.data.items.length === 0) return null;
  return (
    <div className="publish-options">
      {options.data.items.map(({ key, values }) => (
        <Select
          key={key}
          mode="multiple"
          aria-label={key}
          placeholder={key}
          options={values}
          value={chosenValues(chosen[key])}
          onChange={(next: string[]) => onChange({ ...chosen, [key]: JSON.stringify(next) })}
        />
      ))}
    </div>
  );
}

function chosenValues(text: string | undefined): string[] {
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}

function VersionChoice({
  agentId,
  value,
  onChange,
}: {
  agentId: string;
  value: number | undefined;
  onChange(number: number): void;
}) {
  const t = useWords(publishWords);
  const [language] = useLanguage();
  const versions = useVersions(agentId);
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
  return (
    <>
      <Select
        className="publish-choices"
        aria-label={t("chooseVersion")}
        placeholder={t("chooseVersion")}
        loading={versions.isPending}
        value={value ?? null}
        onChange={(number) => number !== null && onChange(number)}
        options={versions.data?.items.map(({ number, changelog, createdAt }) => ({
          value: number,
          label: [format.format(new Date(createdAt)), changelog].filter((part) => part !== "").join(" · "),
        }))}
      />
      {versions.isError && <ErrorText error={versions.error} />}
    </>
  );
}
