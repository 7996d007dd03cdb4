import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Token, useMemberTokens, useTokenChanges, useTokens } from "./data.ts";
import { NewToken } from "./new-token.tsx";
import { settingsWords } from "./text.ts";

/** One's own access tokens, and for owners those of all members. */
export function TokensSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const tokens = useTokens();
  const isOwner = useMay("owner");
  const [isMaking, setMaking] = useState(false);
  const calls = [{ path: "/api/tokens" }];
  if (isOwner) calls.push({ path: `/api/member-tokens?workspaceId=${workspaceId}` });
  const make = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {t("newToken")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("tokens")}
        description={t("tokensHint")}
        actions={
          <>
            <ApiPeek calls={calls} />
            {make}
          </>
        }
      />
      <Section isFlush>
        <TokenList
          query={tokens}
          label={t("tokens")}
          empty={<EmptyState title={t("noTokens")} hint={t("noTokensHint")} />}
        />
      </Section>
      {isOwner && <MemberTokens />}
      <NewToken isOpen={isMaking} onClose={() => setMaking(false)} />
    </>
  );
}

function MemberTokens() {
  const t = useWords(settingsWords);
  return (
    <Section isFlush title={t("memberTokens")} description={t("memberTokensHint")}>
      <TokenList
        query={useMemberTokens()}
        label={t("memberTokens")}
        empty={<EmptyState title={t("noMemberTokens")} />}
        isOfMany
      />
    </Section>
  );
}

function TokenList({
  query,
  label,
  empty,
  isOfMany = false,
}: {
  query: ReturnType<typeof useTokens>;
  label: string;
  empty: React.ReactNode;
  isOfMany?: boolean;
}) {
  const t = useWords(settingsWords);
  const owner = {
    key: "owner",
    title: t("person"),
    render: ({ userName }: Token) => userName,
    width: "160px",
  };
  return (
    <DataList
      query={query}
      label={label}
      itemKey={({ id }) => id}
      empty={empty}
      columns={[
        { key: "name", title: t("name"), render: (token) => <TokenName token={token} /> },
        ...(isOfMany ? [owner] : []),
        {
          key: "lastUsed",
          title: t("lastUsed"),
          render: ({ lastUsedAt }) => <Time at={lastUsedAt} />,
          width: "140px",
        },
        {
          key: "expires",
          title: t("expires"),
          render: ({ expiresAt }) => (expiresAt === null ? t("forever") : <Time at={expiresAt} />),
          width: "140px",
        },
      ]}
      actions={(token) => <Revocation token={token} />}
    />
  );
}

function TokenName({ token: { name, permissions } }: { token: Token }) {
  const t = useWords(settingsWords);
  return (
    <div className="settings-stack">
      <span>{name}</span>
      <span className="settings-tags">
        {permissions.map((permission) => (
          <Tag key={permission}>{permission === "all" ? t("all") : permission}</Tag>
        ))}
      </span>
    </div>
  );
}

function Revocation({ token: { id, name } }: { token: Token }) {
  const t = useWords(settingsWords);
  const { revoke } = useTokenChanges();
  return (
    <ConfirmButton
      size="small"
      danger
      aria-label={`${t("revoke")}: ${name}`}
      question={t("revokeTokenQuestion", { name })}
      explanation={t("revokeTokenHint")}
      confirmText={t("revoke")}
      onConfirm={() => revoke.mutateAsync(id)}
    >
      {t("revoke")}
    </ConfirmButton>
  );
}
