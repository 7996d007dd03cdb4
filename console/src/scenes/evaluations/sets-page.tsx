import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { useChatAgents, useCreateSet, useEvaluationSets } from "./data.ts";
import { StateMark } from "./state-mark.tsx";
import { evaluationWords } from "./text.ts";

export function SetsPage() {
  const t = useWords(evaluationWords);
  const { workspaceId } = useWorkspace();
  const mayMake = useMay("member");
  const [isMaking, setMaking] = useState(false);
  const make = mayMake && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/evaluation-sets?workspaceId=${workspaceId}` }]} />
            {make}
          </>
        }
      />
      <Section isFlush>
        <DataList
          query={useEvaluationSets()}
          label={t("sets")}
          itemKey={({ id }) => id}
          empty={<EmptyState title={t("empty")} hint={t("emptyHint")} action={make} />}
          columns={[
            {
              key: "name",
              title: t("name"),
              render: ({ id, name }) => <Link to={`/evaluations/${id}`}>{name}</Link>,
            },
            {
              key: "agent",
              title: t("agent"),
              render: ({ agentName }) => agentName ?? t("deletedAgent"),
            },
            { key: "cases", title: t("cases"), align: "end", render: ({ cases }) => cases, width: "110px" },
            {
              key: "latest",
              title: t("latest"),
              render: ({ evaluation }) =>
                evaluation === null ? (
                  t("noRun")
                ) : (
                  <span className="evaluation-latest">
                    <StateMark evaluation={evaluation} /> <Time at={evaluation.createdAt} />
                  </span>
                ),
            },
          ]}
        />
      </Section>
      <NewSet isOpen={isMaking} onClose={() => setMaking(false)} />
    </>
  );
}

function NewSet({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useWords(evaluationWords);
  return (
    <Modal open={isOpen} onCancel={onClose} title={t("createTitle")} footer={null} destroyOnHidden>
      <NewSetForm onClose={onClose} />
    </Modal>
  );
}

function NewSetForm({ onClose }: { onClose(): void }) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const navigate = useNavigate();
  const [search, setSearch] = useState("");
  const agents = useChatAgents(search);
  const making = useCreateSet();
  const options = (agents.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Form<{ name: string; agentId: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={(body) => making.mutate(body, { onSuccess: ({ id }) => void navigate(`/evaluations/${id}`) })}
    >
      <Form.Item
        name="name"
        label={t("name")}
        rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}
      >
        <Input maxLength={128} />
      </Form.Item>
      <Form.Item name="agentId" label={t("agent")} rules={[{ required: true, message: t("agentMissing") }]}>
        <Select
          showSearch={{ filterOption: false, onSearch: setSearch }}
          loading={agents.isFetching}
          options={options}
        />
      </Form.Item>
      {making.isError && <ErrorState error={making.error} />}
      <div className="evaluation-buttons">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={making.isPending}>
          {common("create")}
        </Button>
      </div>
    </Form>
  );
}
