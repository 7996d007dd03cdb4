import { Alert } from "antd";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Duration, Figure, Money } from "../../parts/figures.tsx";
import { useWords } from "../../text/words.ts";
import { Facts } from "./facts.tsx";
import { traceWords } from "./text.ts";
import type { TraceStep } from "./turn-state.ts";
import { ValueBlock } from "./value-block.tsx";

type Call = Extract<TraceStep, { kind: "model" }>;

/** What a model was sent and what it answered, as far as it is kept. */
export function ModelStep({ input, output }: Pick<Call, "input" | "output">) {
  const t = useWords(traceWords);
  return (
    <>
      <h4 className="trace-label">{t("sent")}</h4>
      <ul className="trace-messages">
        {input.messages.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
          <li key={index}>
            <Message message={message} />
          </li>
        ))}
      </ul>
      {input.otherMessages > 0 && (
        <p className="trace-note">{t("otherMessages", { count: input.otherMessages })}</p>
      )}
      {input.tools > 0 && <p className="trace-note">{t("offered", { count: input.tools })}</p>}
      {output !== null && <Result output={output} />}
    </>
  );
}

function Message({ message }: { message: Call["input"]["messages"][number] }) {
  const t = useWords(traceWords);
  const { role, text, length, images, tools } = message;
  return (
    <>
      <span className="trace-role">{[t(role), ...tools].join(" · ")}</span>
      {text !== "" && <p className="trace-text">{text}</p>}
      {images > 0 && <p className="trace-note">{t("images", { count: images })}</p>}
      {length > text.length && <p className="trace-note">{t("cut", { shown: text.length, length })}</p>}
    </>
  );
}

function Result({ output }: { output: NonNullable<Call["output"]> }) {
  const t = useWords(traceWords);
  const { error, calls, requestId, firstTokenMs } = output;
  return (
    <>
      <h4 className="trace-label">{t("received")}</h4>
      {error !== null && (
        <Alert
          type="error"
          showIcon
          title={error.status === null ? error.message : `${error.message} (HTTP ${error.status})`}
          description={error.detail !== "" && `${t("vendorSays")}: ${error.detail}`}
        />
      )}
      {output.output !== "" && <p className="trace-text">{output.output}</p>}
      {output.output === "" && calls.length === 0 && error === null && (
        <p className="trace-note">{t("nothingSaid")}</p>
      )}
      {output.outputLength > output.output.length && (
        <p className="trace-note">{t("cut", { shown: output.output.length, length: output.outputLength })}</p>
      )}
      {calls.map((call, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
        <ValueBlock key={index} name={call.name} value={call.arguments} />
      ))}
      <Facts
        facts={[
          [t("inputTokens"), <Figure key="in" value={output.inputTokens} />],
          [t("outputTokens"), <Figure key="out" value={output.outputTokens} />],
          [
            t("firstToken"),
            firstTokenMs === null ? null : <Duration key="first" milliseconds={firstTokenMs} />,
          ],
          [t("duration"), <Duration key="all" milliseconds={output.latencyMs} />],
          [
            t("cost"),
            output.currency !== "" && <Money key="cost" amount={output.cost} currency={output.currency} />,
          ],
          [t("finishReason"), output.finishReason],
          [
            t("requestId"),
            requestId !== null && (
              <span key="id" className="trace-request">
                <code>{requestId}</code> <CopyButton text={requestId} />
              </span>
            ),
          ],
        ]}
      />
    </>
  );
}
