import { Drawer, Segmented, Tabs } from "antd";
import { useState } from "react";
import { CodeBlock } from "../../parts/code-block.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useWords } from "../../text/words.ts";
import { type Example, useExamples } from "./data.ts";
import { useFamilyName } from "./names.ts";
import { conversationWords } from "./text.ts";

const LANGUAGES: Record<Example["language"], string> = { sh: "curl", ts: "TypeScript", python: "Python" };

/** How a question is asked over each family of the API, to copy. */
export function ApiDrawer({ exchangeId, onClose }: { exchangeId: string | undefined; onClose(): void }) {
  const t = useWords(conversationWords);
  return (
    <Drawer
      open={exchangeId !== undefined}
      onClose={onClose}
      title={t("openInApi")}
      size={720}
      destroyOnHidden
    >
      {exchangeId !== undefined && <Examples exchangeId={exchangeId} />}
    </Drawer>
  );
}

function Examples({ exchangeId }: { exchangeId: string }) {
  const t = useWords(conversationWords);
  const familyName = useFamilyName();
  const { data, error, refetch } = useExamples(exchangeId);
  const [language, setLanguage] = useState<Example["language"]>("sh");
  if (data === undefined) {
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  if (data.items.length === 0) return <EmptyState title={t("noExamples")} />;
  const families = [...Map.groupBy(data.items, ({ family }) => family)];
  return (
    <>
      <p className="api-hint">{t("openInApiHint")}</p>
      <Segmented<Example["language"]>
        className="api-language"
        aria-label={t("language")}
        value={language}
        onChange={setLanguage}
        options={(["sh", "ts", "python"] as const).map((value) => ({ value, label: LANGUAGES[value] }))}
      />
      <Tabs
        items={families.map(([family, examples]) => ({
          key: family,
          label: familyName(family),
          children: examples
            .filter((example) => example.language === language)
            .map(({ label, code }) => <CodeBlock key={label} language={label} code={code} />),
        }))}
      />
    </>
  );
}
