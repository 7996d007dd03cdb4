import { Alert, Button } from "antd";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useWords } from "../../text/words.ts";
import { type LocalServer, type ModelPreset, useLocalServers, useModelPresets } from "./data.ts";
import { modelWords } from "./text.ts";

/** Where the model comes from: a vendor, a server on this machine, or another one. */
export function PresetChoice({
  chosen,
  onChoose,
}: {
  chosen: string | undefined;
  onChoose(preset: ModelPreset | undefined, local?: LocalServer): void;
}) {
  const t = useWords(modelWords);
  const presets = useModelPresets();
  const local = useLocalServers();
  if (presets.isPending) return <Loading />;
  if (presets.isError) {
    return <ErrorState error={presets.error} onRetry={() => void presets.refetch()} />;
  }
  const choices = [...presets.data.items, undefined];
  return (
    <fieldset className="model-presets">
      <legend>{t("vendor")}</legend>
      <div className="model-preset-grid">
        {choices.map((preset) => {
          const id = preset?.id ?? "other";
          return (
            <label key={id} className="model-preset">
              <input type="radio" name="preset" checked={chosen === id} onChange={() => onChoose(preset)} />
              <span>{preset?.name ?? t("other")}</span>
              {preset?.isLocal === true && <small>{t("local")}</small>}
            </label>
          );
        })}
      </div>
      <div className="model-local">
        <Button size="small" loading={local.isPending} onClick={() => local.mutate()}>
          {t("findLocal")}
        </Button>
        {local.data?.items.map((server) => (
          <Button
            key={server.baseUrl}
            size="small"
            type="dashed"
            onClick={() => onChoose(presetOf(presets.data.items, server), server)}
          >
            {t("useLocal", { program: server.program, address: server.baseUrl })}
          </Button>
        ))}
      </div>
      {local.data?.items.length === 0 && <Alert type="info" showIcon role="status" title={t("foundNone")} />}
      {local.isError && <ErrorState error={local.error} onRetry={() => local.mutate()} />}
    </fieldset>
  );
}

function presetOf(presets: ModelPreset[], { program }: LocalServer): ModelPreset | undefined {
  return presets.find(({ name }) => name === program);
}
