import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { App, Button, Select, Tag } from "antd";
import { useState } from "react";
import { type Role, useMay, useSession, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { AddMember } from "./add-member.tsx";
import { type Member, useMemberChanges, useMembers } from "./data.ts";
import { ROLE_WORDS, ROLES } from "./role-words.ts";
import { settingsWords } from "./text.ts";

/** Who belongs to the workspace. */
export function MembersSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const members = useMembers();
  const mayManage = useMay("admin");
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <PageHeader
        title={t("members")}
        description={t("membersHint")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/workspaces/${workspaceId}/members` }]} />
            {mayManage && (
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
                {t("addMember")}
              </Button>
            )}
          </>
        }
      />
      <Section isFlush>
        <DataList<Member>
          query={members}
          label={t("members")}
          itemKey={({ userId }) => userId}
          empty={<EmptyState title={t("members")} />}
          columns={[
            { key: "person", title: t("person"), render: (member) => <Person member={member} /> },
            { key: "role", title: t("role"), render: (member) => <RoleOf member={member} />, width: "180px" },
            {
              key: "joined",
              title: t("joined"),
              render: ({ joinedAt }) => <Time at={joinedAt} />,
              width: "140px",
            },
          ]}
          {...(mayManage && { actions: (member) => <Removal member={member} /> })}
        />
      </Section>
      <AddMember isOpen={isAdding} onClose={() => setAdding(false)} />
    </>
  );
}

function Person({ member: { userId, name, nickname, canSignIn, isDisabled } }: { member: Member }) {
  const t = useWords(settingsWords);
  const own = useSession().data?.user?.id;
  return (
    <div className="settings-stack">
      <span>
        {nickname || name} {own === userId && <Tag>{t("you")}</Tag>}
        {isDisabled && <Tag color="error">{t("disabled")}</Tag>}
        {!canSignIn && <Tag>{t("cannotSignIn")}</Tag>}
      </span>
      <small>{name}</small>
    </div>
  );
}

function RoleOf({ member }: { member: Member }) {
  const t = useWords(settingsWords);
  const { message } = App.useApp();
  const tellFailure = useTellFailure();
  const mayManage = useMay("admin");
  const isOwner = useMay("owner");
  const { changeRole } = useMemberChanges();
  const { userId, name, nickname, role } = member;
  if (!mayManage || (role === "owner" && !isOwner)) return <span>{t(ROLE_WORDS[role].name)}</span>;
  const change = async (wanted: Role) => {
    try {
      await changeRole.mutateAsync({ userId, role: wanted });
      void message.success(t("saved"));
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <Select
      aria-label={t("changeRole", { name: nickname || name })}
      value={role}
      loading={changeRole.isPending}
      popupMatchSelectWidth={280}
      onChange={(wanted) => void change(wanted)}
      options={ROLES.filter((one) => one !== "owner" || isOwner).map((one) => ({
        value: one,
        label: t(ROLE_WORDS[one].name),
        title: t(ROLE_WORDS[one].hint),
      }))}
      style={{ minWidth: 132 }}
    />
  );
}

function Removal({ member: { userId, name, nickname, role } }: { member: Member }) {
  const t = useWords(settingsWords);
  const isOwner = useMay("owner");
  const { remove } = useMemberChanges();
  if (role === "owner" && !isOwner) return null;
  const called = nickname || name;
  return (
    <ConfirmButton
      size="small"
      danger
      aria-label={`${t("remove")}: ${called}`}
      question={t("removeQuestion", { name: called })}
      explanation={t("removeHint")}
      confirmText={t("remove")}
      onConfirm={() => remove.mutateAsync(userId)}
    >
      {t("remove")}
    </ConfirmButton>
  );
}
