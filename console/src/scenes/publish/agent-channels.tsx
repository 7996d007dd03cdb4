import { Alert, Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { Answered } from "../../parts/answered.tsx";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { type Places, usePlaces, usePublish } from "./data.ts";
import { History } from "./history.tsx";
import { PlaceRow } from "./place-row.tsx";
import { PublishDialog } from "./publish-dialog.tsx";
import { ShareLinks } from "./share-links.tsx";
import { publishWords } from "./text.ts";

/** The channels of one agent: what is live there, what moves, what has happened. */
export function AgentChannels() {
  const { agentId = "" } = useParams();
  const publish = usePublish(agentId);
  return (
    <Answered query={usePlaces(agentId, publish.isPending)} isWholePage>
      {(places) => <Shown key={agentId} agentId={agentId} places={places} publish={publish} />}
    </Answered>
  );
}

function Shown({
  agentId,
  places: { name, mayPublish, items },
  publish,
}: {
  agentId: string;
  places: Places;
  publish: ReturnType<typeof usePublish>;
}) {
  const t = useWords(publishWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <PageHeader
        title={t("channelsOf", { name })}
        description={t("place_description")}
        breadcrumb={<Link to="/publish">{t("title")}</Link>}
        actions={
          <>
            <ApiPeek
              calls={[
                { path: `/api/agents/${agentId}/channels` },
                {
                  method: "POST",
                  path: `/api/agents/${agentId}/publish`,
                  body: { channels: [{ channel: "api" }], changelog: "…" },
                },
              ]}
            />
            {mayPublish && (
              <Button type="primary" loading={publish.isPending} onClick={() => setOpen(true)}>
                {t("publish")}
              </Button>
            )}
          </>
        }
      />
      {!mayPublish && <Alert className="publish-notice" type="info" showIcon title={t("nothingChanges")} />}
      {publish.isPending && (
        <Alert className="publish-notice" type="info" showIcon title={t("publishing")} role="status" />
      )}
      {publish.isError && (
        <div className="publish-notice">
          <ErrorState error={publish.error} title={t("publishFailed")} />
        </div>
      )}
      <Section title={t("channels")} isFlush>
        <ul className="rows">
          {items.map((place) => (
            <PlaceRow key={place.channel} place={place} agent={{ agentId, name, mayPublish }} />
          ))}
        </ul>
      </Section>
      {mayPublish && <ShareLinks agentId={agentId} />}
      <History
        agentId={agentId}
        places={items}
        {...(mayPublish && {
          onAgain: (channel: string, versionNumber: number) =>
            publish.mutateAsync({ channels: [{ channel }], changelog: "", versionNumber }),
        })}
      />
      {isOpen && (
        <PublishDialog
          agent={{ agentId, name }}
          places={items}
          refused={publish.isError ? publish.variables : undefined}
          onClose={() => setOpen(false)}
          onPublish={(publishing) => {
            setOpen(false);
            publish.mutate(publishing);
          }}
        />
      )}
    </>
  );
}
