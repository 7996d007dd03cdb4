import { Alert } from "antd";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { CodeBlock } from "./code-block.tsx";

/** A secret that is shown this once. */
export function SecretOnce({ secret, name }: { secret: string; name: string }) {
  const t = useWords(commonWords);
  return (
    <div className="secret-once">
      <Alert type="warning" showIcon title={t("secretOnce")} />
      <CodeBlock code={secret} language={name} />
    </div>
  );
}
