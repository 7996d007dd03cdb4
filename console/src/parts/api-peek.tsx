import CodeOutlined from "@ant-design/icons/es/icons/CodeOutlined";
import { Button, Modal } from "antd";
import { useState } from "react";
import { serverUrl } from "../page-settings.ts";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { CodeBlock } from "./code-block.tsx";

/** A call of the console API. */
export interface ApiCall {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query: `/api/agents?limit=20`. */
  path: string;
  body?: unknown;
}

/** Shows the API calls behind what a page shows, as commands. */
export function ApiPeek({ calls }: { calls: ApiCall[] }) {
  const t = useWords(commonWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={<CodeOutlined />} onClick={() => setOpen(true)}>
        {t("api")}
      </Button>
      <Modal open={isOpen} onCancel={() => setOpen(false)} footer={null} title={t("apiTitle")} width={680}>
        <p>{t("apiHint")}</p>
        {calls.map((call) => (
          <CodeBlock key={`${call.method} ${call.path}`} language="curl" code={asCurl(call)} />
        ))}
      </Modal>
    </>
  );
}

function asCurl({ method = "GET", path, body }: ApiCall): string {
  const parts = ['curl -H "Authorization: Bearer $TOKEN"'];
  if (method !== "GET") parts.push(`-X ${method}`);
  if (body !== undefined) {
    parts.push(
      '-H "Content-Type: application/json"',
      `-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
    );
  }
  return [...parts, `'${serverUrl}${path.replaceAll("'", "%27")}'`].join(" \\\n  ");
}
