import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client.ts";
import { useSession } from "../../api/session.ts";
import { serverUrl } from "../../page-settings.ts";
import { CodeBlock } from "../../parts/code-block.tsx";
import { ErrorText } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import icon from "../../styles/icon.svg";
import { useWords } from "../../text/words.ts";
import { claim, type FirstOwner } from "./data.ts";
import { ModelStep } from "./model-step.tsx";
import { setupWords } from "./text.ts";
import "../../styles/parts.css";
import "./setup.css";

/** The first run: who has the link of the start-up log becomes the owner, and may connect a model. */
export function SetupPage() {
  const t = useWords(setupWords);
  const navigate = useNavigate();
  const session = useSession();
  const [parameters] = useSearchParams();
  const [isClaimed, setClaimed] = useState(false);
  useEffect(() => {
    document.title = `${t("title")} · Antiphon`;
  }, [t]);
  if (session.isPending) return <Loading isWholePage />;
  if (isClaimed) {
    return (
      <Card step={2}>
        <ModelStep onDone={() => void navigate("/", { replace: true })} />
      </Card>
    );
  }
  if (session.data?.user != null) return <Navigate to="/" replace />;
  if (session.data?.needsSetup === false) return <Navigate to="/sign-in" replace />;
  const token = parameters.get("token") ?? "";
  if (token === "") return <NoLink />;
  return (
    <Card step={1}>
      <p>{t("ownerHint")}</p>
      <OwnerForm token={token} onClaimed={() => setClaimed(true)} />
    </Card>
  );
}

function Card({ step, children }: { step?: 1 | 2; children: ReactNode }) {
  const t = useWords(setupWords);
  return (
    <main className="setup">
      <div className={step === 2 ? "setup-card setup-card-wide" : "setup-card"}>
        {step !== undefined && <span className="setup-step">{t("step", { step })}</span>}
        <img src={icon} alt="" width={40} height={40} />
        <h1>{t("title")}</h1>
        {children}
      </div>
    </main>
  );
}

function NoLink() {
  const t = useWords(setupWords);
  return (
    <Card>
      <h2>{t("noLink")}</h2>
      <p>{t("noLinkHint")}</p>
      <CodeBlock code={`${serverUrl}/console/setup?token=…`} language="log" />
      <p>
        <Link to="/sign-in">{t("toSignIn")}</Link>
      </p>
    </Card>
  );
}

type Wish = Omit<FirstOwner, "token">;

function OwnerForm({ token, onClaimed }: { token: string; onClaimed(): void }) {
  const t = useWords(setupWords);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [form] = Form.useForm();
  const attempt = useMutation({
    mutationFn: ({ name, nickname, password }: Wish) =>
      claim({ token, name, password, ...(nickname !== undefined && nickname !== "" && { nickname }) }),
    onSuccess: async () => {
      onClaimed();
      // The link is void now: nobody should find it in the history.
      await navigate("/setup", { replace: true });
      await queryClient.invalidateQueries();
    },
  });
  const required = { required: true, message: t("required") };
  return (
    <>
      {attempt.isError && <Failure error={attempt.error} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values: Wish) => attempt.mutate(values)}
      >
        <Form.Item name="name" label={t("name")} rules={[required]}>
          <Input size="large" maxLength={100} autoComplete="username" autoCapitalize="none" autoFocus />
        </Form.Item>
        <Form.Item name="nickname" label={t("nickname")} extra={t("nicknameHint")}>
          <Input size="large" maxLength={100} autoComplete="name" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("password")}
          extra={t("passwordHint")}
          rules={[required, { min: 8, message: t("passwordHint") }]}
        >
          <Input.Password size="large" maxLength={1024} autoComplete="new-password" />
        </Form.Item>
        <Form.Item
          name="repeated"
          label={t("repeat")}
          dependencies={["password"]}
          rules={[
            required,
            {
              validator: async (_, value) => {
                if (value !== form.getFieldValue("password")) throw new Error(t("differs"));
              },
            },
          ]}
        >
          <Input.Password size="large" maxLength={1024} autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" size="large" block loading={attempt.isPending}>
          {t("create")}
        </Button>
      </Form>
    </>
  );
}

function Failure({ error }: { error: Error }) {
  const t = useWords(setupWords);
  const isVoid = error instanceof ApiError && error.status === 401;
  return (
    <Alert
      className="setup-failure"
      type="error"
      showIcon
      role="alert"
      title={isVoid ? t("void") : t("failed")}
      description={isVoid ? t("voidHint") : <ErrorText error={error} />}
    />
  );
}
