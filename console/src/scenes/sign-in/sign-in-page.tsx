import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useEffect } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client.ts";
import { useSession } from "../../api/session.ts";
import { ErrorText } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import icon from "../../styles/icon.svg";
import { useWords } from "../../text/words.ts";
import { signIn } from "./data.ts";
import { signInWords } from "./text.ts";
import "./sign-in.css";

/** Where people say who they are; goes on to where they wanted to go. */
export function SignInPage() {
  const t = useWords(signInWords);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const session = useSession();
  const back = pathWithin(parameters.get("back"));
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      // It may be of somebody else, who was signed in here before.
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      await queryClient.invalidateQueries();
      await navigate(back, { replace: true });
    },
  });
  useEffect(() => {
    document.title = `${t("title")} · Antiphon`;
  }, [t]);
  if (session.isPending) return <Loading isWholePage />;
  if (session.data?.needsSetup === true) return <Navigate to="/setup" replace />;
  if (session.data?.user != null && !attempt.isPending) return <Navigate to={back} replace />;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <img src={icon} alt="" width={40} height={40} />
        <h1>{t("title")}</h1>
        {attempt.isError && <Failure error={attempt.error} />}
        <Form layout="vertical" requiredMark={false} onFinish={(values) => attempt.mutate(values)}>
          <Form.Item name="name" label={t("name")} rules={[{ required: true, message: t("required") }]}>
            <Input autoComplete="username" autoFocus size="large" maxLength={128} />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("password")}
            rules={[{ required: true, message: t("required") }]}
          >
            <Input.Password autoComplete="current-password" size="large" maxLength={1024} />
          </Form.Item>
          <Button type="primary" htmlType="submit" size="large" block loading={attempt.isPending}>
            {t("submit")}
          </Button>
        </Form>
      </div>
    </main>
  );
}

function Failure({ error }: { error: Error }) {
  const t = useWords(signInWords);
  const status = error instanceof ApiError ? error.status : 0;
  const known = status === 401 || status === 403 ? t("wrong") : status === 429 ? t("tooOften") : undefined;
  return (
    <Alert
      className="sign-in-failure"
      type="error"
      showIcon
      role="alert"
      title={known ?? t("failed")}
      description={known === undefined ? <ErrorText error={error} /> : undefined}
    />
  );
}

/** Where to go on: a path of ours, never another site. */
function pathWithin(back: string | null): string {
  return back !== null && /^\/(?![/\\])/.test(back) ? back : "/";
}
