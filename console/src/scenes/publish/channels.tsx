import { Button, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { type Channel, useChannels } from "./channel-data.ts";
import { ChannelDialog } from "./channel-dialog.tsx";
import { ChannelPanel } from "./channel-panel.tsx";
import { publishWords } from "./text.ts";

/** Custom channels: the person's own, and those of its workspaces. */
export function Channels() {
  const t = useWords(publishWords);
  const mayMake = useMay("admin");
  const channels = useChannels();
  const [isMaking, setMaking] = useState(false);
  const [openId, setOpenId] = useState<string>();
  const open = channels.data?.items.find(({ id }) => id === openId);
  const make = (
    <Button type="primary" onClick={() => setMaking(true)}>
      {t("newChannel")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("customTitle")}
        description={t("customDescription")}
        breadcrumb={<Link to="/publish">{t("title")}</Link>}
        actions={
          <>
            <ApiPeek calls={[{ path: "/api/channels" }]} />
            {mayMake && make}
          </>
        }
      />
      <Section isFlush>
        {channels.isPending && <Loading />}
        {channels.isError && <ErrorState error={channels.error} onRetry={() => void channels.refetch()} />}
        {channels.data?.items.length === 0 && (
          <EmptyState
            title={t("customNone")}
            hint={t("customNoneHint")}
            action={mayMake ? make : undefined}
          />
        )}
        {channels.data !== undefined && channels.data.items.length > 0 && (
          <ul className="rows">
            {channels.data.items.map((channel) => (
              <ChannelRow key={channel.id} channel={channel} onOpen={() => setOpenId(channel.id)} />
            ))}
          </ul>
        )}
      </Section>
      {isMaking && (
        <ChannelDialog
          onClose={(made) => {
            setMaking(false);
            setOpenId(made);
          }}
        />
      )}
      {open !== undefined && <ChannelPanel channel={open} onClose={() => setOpenId(undefined)} />}
    </>
  );
}

function ChannelRow({ channel, onOpen }: { channel: Channel; onOpen(): void }) {
  const t = useWords(publishWords);
  return (
    <li className="publish-place">
      <div>
        <h3>{channel.name}</h3>
        {channel.description !== "" && <p>{channel.description}</p>}
        <div className="publish-verdicts">
          <div className="publish-verdict">
            <Tag>{channel.isOwn ? t("ownedBy") : t("ownedByOther")}</Tag>
            {channel.authorization.mode !== "none" && <span>{t(`auth_${channel.authorization.mode}`)}</span>}
          </div>
        </div>
      </div>
      {channel.isOwn && (
        <Button size="small" onClick={onOpen} aria-label={`${t("editChannel")}: ${channel.name}`}>
          {t("editChannel")}
        </Button>
      )}
    </li>
  );
}
