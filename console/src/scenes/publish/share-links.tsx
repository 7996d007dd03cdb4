import { Button, Modal, Tag } from "antd";
import { useState } from "react";
import { serverUrl } from "../../page-settings.ts";
import { CodeBlock } from "../../parts/code-block.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { ShareLinkForm } from "./share-link-form.tsx";
import { type ShareLink, useDeleteShareLink, useShareLinks } from "./share-links-data.ts";
import { shareLinkWords } from "./share-links-text.ts";
import "./share-links.css";

/** The public links of an agent: for those who may change it. */
export function ShareLinks({ agentId }: { agentId: string }) {
  const t = useWords(shareLinkWords);
  const links = useShareLinks(agentId);
  const [edited, setEdited] = useState<ShareLink | "new">();
  const [embedded, setEmbedded] = useState<ShareLink>();
  const create = (
    <Button onClick={() => setEdited("new")} type={links.data?.items.length === 0 ? "primary" : "default"}>
      {t("create")}
    </Button>
  );
  const items = links.data?.items ?? [];
  return (
    <Section
      title={t("title")}
      description={t("description")}
      isFlush
      actions={items.length > 0 ? create : undefined}
    >
      {links.isPending && <Loading />}
      {links.isError && <ErrorState error={links.error} onRetry={() => void links.refetch()} />}
      {links.isSuccess && items.length === 0 && (
        <EmptyState title={t("none")} hint={t("noneHint")} action={create} />
      )}
      <ul className="share-links">
        {items.map((link) => (
          <Line
            key={link.id}
            agentId={agentId}
            link={link}
            onEdit={() => setEdited(link)}
            onEmbed={() => setEmbedded(link)}
          />
        ))}
      </ul>
      {edited !== undefined && (
        <ShareLinkForm
          agentId={agentId}
          link={edited === "new" ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
      {embedded !== undefined && <Embedding link={embedded} onClose={() => setEmbedded(undefined)} />}
    </Section>
  );
}

function Line({
  agentId,
  link,
  onEdit,
  onEmbed,
}: {
  agentId: string;
  link: ShareLink;
  onEdit(): void;
  onEmbed(): void;
}) {
  const t = useWords(shareLinkWords);
  const remove = useDeleteShareLink(agentId);
  const address = serverUrl + link.path;
  return (
    <li className="share-link">
      <div className="share-link-words">
        <div className="share-link-title">
          <Tag color={link.isEnabled ? "success" : "default"}>{t(link.isEnabled ? "on" : "off")}</Tag>
          <strong>{link.title}</strong>
        </div>
        <div className="share-link-address">
          <code>{address}</code>
          <CopyButton text={address} />
        </div>
      </div>
      <div className="share-link-actions">
        {link.isEnabled && (
          <Button size="small" href={link.path} target="_blank" rel="noopener">
            {t("open")}
          </Button>
        )}
        <Button size="small" onClick={onEmbed}>
          {t("embed")}
        </Button>
        <Button size="small" onClick={onEdit}>
          {t("edit")}
        </Button>
        <ConfirmButton
          size="small"
          danger
          question={t("deleteQuestion")}
          explanation={t("deleteHint")}
          onConfirm={() => remove.mutateAsync(link.id)}
        >
          {t("delete")}
        </ConfirmButton>
      </div>
    </li>
  );
}

function Embedding({ link, onClose }: { link: ShareLink; onClose(): void }) {
  const t = useWords(shareLinkWords);
  return (
    <Modal open onCancel={onClose} footer={null} title={t("embedTitle")} width={640}>
      <p>{link.origins.length === 0 ? t("embedNowhere") : t("embedHint")}</p>
      <h3 className="share-link-mode">{t("bubble")}</h3>
      <CodeBlock isWrapped language="html" code={embedCode(link, "bubble")} />
      <h3 className="share-link-mode">{t("inline")}</h3>
      <CodeBlock isWrapped language="html" code={embedCode(link, "inline")} />
    </Modal>
  );
}

function embedCode({ key, color }: ShareLink, mode: "bubble" | "inline"): string {
  const shade = color === "" || mode === "inline" ? "" : ` data-color="${color}"`;
  return `<script src="${serverUrl}/share/embed.js" data-key="${key}" data-mode="${mode}"${shade} async></script>`;
}
