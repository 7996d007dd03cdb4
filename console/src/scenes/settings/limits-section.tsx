import { Alert, App, Button, Form, Input, InputNumber, Progress } from "antd";
import { type ReactNode, useMemo } from "react";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Figure, Money } from "../../parts/figures.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useLanguage, useWords } from "../../text/words.ts";
import { type Limits, useLimits, useSetLimits } from "./data.ts";
import { useFollowingForm } from "./following-form.ts";
import { settingsWords } from "./text.ts";

/** What the workspace may use, and has used of it this month. */
export function LimitsSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const limits = useLimits();
  return (
    <>
      <PageHeader
        title={t("limits")}
        description={t("limitsHint")}
        actions={<ApiPeek calls={[{ path: `/api/limits?workspaceId=${workspaceId}` }]} />}
      />
      {limits.isPending && <Loading />}
      {limits.isError && <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />}
      {limits.data !== undefined && (
        <>
          <ThisMonth {...limits.data} />
          <LimitsForm limits={limits.data.limits} />
        </>
      )}
    </>
  );
}

function ThisMonth({ limits, usage }: Limits) {
  const t = useWords(settingsWords);
  const [language] = useLanguage();
  const { tokensPerMonth, costPerMonth } = limits;
  const isCounted = usage.costs.some(({ currency }) => currency === costPerMonth?.currency);
  const costs =
    costPerMonth === null || isCounted
      ? usage.costs
      : [{ currency: costPerMonth.currency, amount: 0 }, ...usage.costs];
  const budgetOf = (currency: string) =>
    costPerMonth?.currency === currency ? costPerMonth.amount : undefined;
  return (
    <Section
      title={t("thisMonth")}
      description={
        <>
          {t("untilMonthEnd")} <Time at={usage.endsAt} isExact />
        </>
      }
    >
      <div className="settings-usage">
        <Used name={t("turns")} value={<Figure value={usage.turns} />} />
        <Used
          name={t("tokensUsed")}
          value={<Figure value={usage.tokens} />}
          used={usage.tokens}
          {...(tokensPerMonth !== null && {
            budget: tokensPerMonth,
            shownBudget: new Intl.NumberFormat(language).format(tokensPerMonth),
          })}
        />
        {costs.map(({ currency, amount }) => {
          const budget = budgetOf(currency);
          return (
            <Used
              key={currency}
              name={`${t("cost")} (${currency})`}
              value={<Money amount={amount} currency={currency} />}
              used={amount}
              {...(budget !== undefined && { budget, shownBudget: `${budget} ${currency}` })}
            />
          );
        })}
        {costs.length === 0 && <Used name={t("cost")} value="–" hint={t("noCost")} />}
      </div>
    </Section>
  );
}

function Used({
  name,
  value,
  hint,
  used,
  budget,
  shownBudget,
}: {
  name: string;
  value: ReactNode;
  hint?: string;
  used?: number;
  budget?: number;
  shownBudget?: string;
}) {
  const t = useWords(settingsWords);
  const share = budget === undefined || used === undefined ? undefined : (used / budget) * 100;
  const under = shownBudget === undefined ? undefined : t("ofBudget", { budget: shownBudget });
  return (
    <div>
      <h3>{name}</h3>
      <p className="settings-usage-value">{value}</p>
      {share !== undefined && (
        <Progress
          aria-label={`${name} ${under}`}
          percent={Math.min(100, Math.round(share))}
          status={share >= 100 ? "exception" : "normal"}
          size="small"
        />
      )}
      <small>{hint ?? under ?? (used === undefined ? "" : t("noBudget"))}</small>
    </div>
  );
}

interface Wish {
  turnsPerMinute?: number | null;
  turnsAtOnce?: number | null;
  tokensPerMonth?: number | null;
  amount?: number | null;
  currency?: string;
}

function wishOf({ costPerMonth, ...counts }: Limits["limits"]): Wish {
  return { ...counts, amount: costPerMonth?.amount ?? null, currency: costPerMonth?.currency ?? "CNY" };
}

function LimitsForm({ limits }: { limits: Limits["limits"] }) {
  const t = useWords(settingsWords);
  const common = useWords(commonWords);
  const { message } = App.useApp();
  const mayChange = useMay("admin");
  const set = useSetLimits();
  const submit = ({ amount, currency = "", turnsPerMinute, turnsAtOnce, tokensPerMonth }: Wish) =>
    set.mutate(
      {
        turnsPerMinute: turnsPerMinute ?? null,
        turnsAtOnce: turnsAtOnce ?? null,
        tokensPerMonth: tokensPerMonth ?? null,
        costPerMonth: amount == null ? null : { amount, currency: currency.trim().toUpperCase() },
      },
      { onSuccess: () => void message.success(t("saved")) },
    );
  const following = useFollowingForm(useMemo(() => wishOf(limits), [limits]));
  return (
    <Section title={t("limitsTitle")} description={t("limitsTitleHint")}>
      {!mayChange && <Alert type="info" showIcon title={t("onlyAdmins")} />}
      {set.isError && <ErrorState title={set.error.message} error={set.error} />}
      <Form
        className="settings-form"
        layout="vertical"
        disabled={!mayChange}
        {...following}
        onFinish={submit}
      >
        <Form.Item name="turnsPerMinute" label={t("turnsPerMinute")} extra={t("perNode")}>
          <InputNumber min={1} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="turnsAtOnce" label={t("turnsAtOnce")} extra={t("perNode")}>
          <InputNumber min={1} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="tokensPerMonth" label={t("tokensPerMonth")}>
          <InputNumber min={1} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="amount" label={t("costPerMonth")}>
          <InputNumber min={0.01} style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="currency" label={t("currency")}>
          <Input maxLength={3} />
        </Form.Item>
        {mayChange && (
          <Button type="primary" htmlType="submit" loading={set.isPending}>
            {common("save")}
          </Button>
        )}
      </Form>
    </Section>
  );
}
