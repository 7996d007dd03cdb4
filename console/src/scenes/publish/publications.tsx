import { Button } from "antd";
import { Link } from "react-router";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Standing, usePublications } from "./data.ts";
import { channelTitle, StateTag, statesOf } from "./standing.tsx";
import { publishWords } from "./text.ts";

/** Every agent with its channels. */
export function Publications() {
  const t = useWords(publishWords);
  const { workspaceId } = useWorkspace();
  const publications = usePublications();
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/publications?workspaceId=${workspaceId}` }]} />
            <Link to="/publish/channels">
              <Button tabIndex={-1}>{t("manageChannels")}</Button>
            </Link>
          </>
        }
      />
      <Section isFlush>
        <DataList
          query={publications}
          label={t("title")}
          itemKey={({ agentId }) => agentId}
          columns={[
            {
              key: "agent",
              title: t("agent"),
              width: "30%",
              render: ({ agentId, name }) => <Link to={`/publish/${agentId}`}>{name}</Link>,
            },
            {
              key: "channels",
              title: t("channels"),
              render: ({ channels }) => <Standings channels={channels} />,
            },
            {
              key: "changed",
              title: t("changed"),
              width: "160px",
              render: ({ updatedAt }) => <Time at={updatedAt} />,
            },
          ]}
          empty={
            <EmptyState
              title={t("noAgents")}
              hint={t("noAgentsHint")}
              action={<Link to="/agents">{t("toAgents")}</Link>}
            />
          }
        />
      </Section>
    </>
  );
}

function Standings({ channels }: { channels: Standing[] }) {
  const t = useWords(publishWords);
  if (channels.length === 0) return <span className="publish-muted">{t("notPublished")}</span>;
  return (
    <div className="publish-states">
      {channels.flatMap((standing) =>
        statesOf(standing).map((state) => (
          <StateTag key={`${standing.channel} ${state}`} state={state} prefix={channelTitle(t, standing)} />
        )),
      )}
    </div>
  );
}
