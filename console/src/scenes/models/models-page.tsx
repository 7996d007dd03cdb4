import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Alert, App, Button, Drawer } from "antd";
import { useState } from "react";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { ConnectModel } from "./connect-model.tsx";
import { type ListedModel, useModels } from "./data.ts";
import { ModelList } from "./model-list.tsx";
import { modelWords } from "./text.ts";

/** The models of the installation. */
export function ModelsPage() {
  const t = useWords(modelWords);
  const { message } = App.useApp();
  const query = useModels();
  const [open, setOpen] = useState<{ known?: ListedModel }>();
  const [page] = query.data?.pages ?? [];
  const hasLanguageModel = page?.items.some(({ provider }) => provider !== "extractive") ?? true;
  const canManage = page?.canManage ?? false;
  const saved = (name: string) => {
    setOpen(undefined);
    void message.success(t("saved", { name }));
  };
  const connect = canManage && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen({})}>
      {t("connect")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path: "/api/models" }]} />
            {connect}
          </>
        }
      />
      {page !== undefined && !canManage && (
        <Alert className="model-notice" type="info" showIcon title={t("notYours")} />
      )}
      {!hasLanguageModel && (
        <Alert
          className="model-notice"
          type="info"
          showIcon
          title={t("onlyExtractive")}
          description={t("onlyExtractiveHint")}
        />
      )}
      <Section isFlush>
        <ModelList
          query={query}
          canManage={canManage}
          onEdit={(known) => setOpen({ known })}
          empty={<EmptyState title={t("onlyExtractive")} hint={t("onlyExtractiveHint")} action={connect} />}
        />
      </Section>
      <Drawer
        open={open !== undefined}
        onClose={() => setOpen(undefined)}
        size={560}
        destroyOnHidden
        title={open?.known === undefined ? t("connectTitle") : t("editTitle", { name: open.known.name })}
      >
        <ConnectModel known={open?.known} isFirst={!hasLanguageModel} onSaved={saved} />
      </Drawer>
    </>
  );
}
