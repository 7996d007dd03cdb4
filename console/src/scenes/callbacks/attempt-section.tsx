import { Collapse } from "antd";
import { CodeBlock } from "../../parts/code-block.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import type { Attempt } from "./delivery-data.ts";
import { OutcomeTag } from "./marks.tsx";
import { callbackWords } from "./text.ts";
import { TimingBars } from "./timing-bars.tsx";

/** One attempt: what was sent along, what came back, how long it took. */
export function AttemptSection({ attempt, isOpen }: { attempt: Attempt; isOpen: boolean }) {
  const t = useWords(callbackWords);
  return (
    <Collapse
      defaultActiveKey={isOpen ? ["attempt"] : []}
      items={[
        {
          key: "attempt",
          label: (
            <span className="callbacks-health">
              <strong>{t("attempt", { number: attempt.number })}</strong>
              <OutcomeTag attempt={attempt} />
              <span className="callbacks-muted">
                <Time at={attempt.startedAt} isExact />
              </span>
            </span>
          ),
          children: <Detail attempt={attempt} />,
        },
      ]}
    />
  );
}

function Detail({ attempt }: { attempt: Attempt }) {
  const t = useWords(callbackWords);
  const { errorMessage, errorCode, url, remoteAddress, responsePrefix, status } = attempt;
  return (
    <div className="callbacks-stack callbacks-attempt">
      {errorCode !== "" && (
        <p>
          <span className="callbacks-code">{errorCode}</span> {errorMessage}
        </p>
      )}
      <p className="callbacks-code">
        POST {url}
        {remoteAddress !== null && ` → ${remoteAddress}`}
      </p>
      <section>
        <h3>{t("timing")}</h3>
        <TimingBars timings={attempt.timings} />
      </section>
      <Headers title={t("requestHeaders")} headers={attempt.requestHeaders} />
      <Headers title={t("responseHeaders")} headers={attempt.responseHeaders} />
      <section>
        <h3>{t("response")}</h3>
        {responsePrefix === "" ? (
          <p className="callbacks-muted">{status === null ? t("noResponse") : t("emptyResponse")}</p>
        ) : (
          <CodeBlock language={status === null ? t("response") : `HTTP ${status}`} code={responsePrefix} />
        )}
        {attempt.isTruncated && <p className="callbacks-muted">{t("truncated")}</p>}
      </section>
    </div>
  );
}

function Headers({ title, headers }: { title: string; headers: Record<string, string> }) {
  const t = useWords(callbackWords);
  const entries = Object.entries(headers);
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <table className="callbacks-headers" aria-label={title}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t("header")}</th>
            <th scope="col">{t("value")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
