import { Link } from "react-router";
import { useMay } from "../../api/session.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Place, useTakeDown } from "./data.ts";
import { channelAbout, channelTitle, StateTag } from "./standing.tsx";
import { publishWords } from "./text.ts";

/** One channel and how the agent stands there. */
export function PlaceRow({
  place,
  agent,
}: {
  place: Place;
  agent: { agentId: string; name: string; mayPublish: boolean };
}) {
  const t = useWords(publishWords);
  const takeDown = useTakeDown(agent.agentId);
  const { channel, live, latest, isAudited, needsLink } = place;
  const title = channelTitle(t, place);
  const isThere = live !== null || latest?.status === "auditing";
  return (
    <li className="publish-place" data-channel={channel}>
      <div>
        <h3>{title}</h3>
        <p>{channelAbout(t, place)}</p>
        {isAudited && <p>{t("asksFirst")}</p>}
        {needsLink && <p>{t("needsLink")}</p>}
        <div className="publish-verdicts" aria-live="polite">
          {live !== null && <LiveLine live={live} shareLink={latest?.shareLink ?? ""} />}
          <LatestLine place={place} />
        </div>
      </div>
      {agent.mayPublish && isThere && (
        <ConfirmButton
          size="small"
          danger
          question={t("takeDownQuestion", { agent: agent.name, channel: title })}
          explanation={t("takeDownHint")}
          onConfirm={() => takeDown.mutateAsync(channel)}
        >
          {t("takeDown")}
        </ConfirmButton>
      )}
    </li>
  );
}

function LiveLine({ live, shareLink }: { live: NonNullable<Place["live"]>; shareLink: string }) {
  const t = useWords(publishWords);
  return (
    <div className="publish-verdict">
      <StateTag state="live" />
      <span>
        {t("since")} <Time at={live.since} isExact />
      </span>
      <VersionName number={live.versionNumber} />
      {shareLink !== "" && (
        <a href={shareLink} target="_blank" rel="noopener noreferrer">
          {t("openThere")}
        </a>
      )}
    </div>
  );
}

/** Nothing, where the latest submission is what is live. */
function LatestLine({ place: { live, latest } }: { place: Place }) {
  const t = useWords(publishWords);
  const mayLook = useMay("admin");
  if (latest === null) return live === null ? <StateLine state="never" /> : null;
  if (latest.status === "live" || (latest.status === "superseded" && live !== null)) return null;
  return (
    <div className="publish-verdict">
      <StateTag state={latest.status} />
      <Time at={latest.decidedAt ?? latest.createdAt} />
      <VersionName number={latest.versionNumber} />
      {latest.publisher !== null && <span>{t("by", { name: latest.publisher.name })}</span>}
      {mayLook && latest.deliveryId !== null && latest.status !== "withdrawn" && (
        <Link to={`/callbacks/deliveries/${latest.deliveryId}`}>{t("seeDelivery")}</Link>
      )}
      {latest.reason !== "" && <span className="publish-reason">{latest.reason}</span>}
    </div>
  );
}

function StateLine({ state }: { state: "never" }) {
  return (
    <div className="publish-verdict">
      <StateTag state={state} />
    </div>
  );
}

/** A version by when it was made. */
export function VersionName({ number }: { number: number }) {
  const t = useWords(publishWords);
  return (
    <span>
      {t("versionOf")} <Time at={new Date(number).toISOString()} isExact />
    </span>
  );
}
