import { Button } from "antd";
import { useWords } from "../../text/words.ts";
import { ConnectModel } from "../models/connect-model.tsx";
import { modelStepWords } from "./model-step-text.ts";

/** The second step of the first run: connect a model, or carry on with what only quotes. */
export function ModelStep({ onDone }: { onDone(): void }) {
  const t = useWords(modelStepWords);
  return (
    <section aria-labelledby="model-step">
      <h2 id="model-step">{t("title")}</h2>
      <p>{t("hint")}</p>
      <ConnectModel
        isFirst
        onSaved={onDone}
        beside={
          <Button type="text" onClick={onDone}>
            {t("skip")}
          </Button>
        }
      />
      <p>
        <small>{t("skipHint")}</small>
      </p>
    </section>
  );
}
