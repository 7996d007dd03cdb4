import { Button, Select } from "antd";
import { useAddress } from "../../parts/address.ts";
import { Labelled } from "../../parts/labelled.tsx";
import { MomentFilter } from "../../parts/moment-filter.tsx";
import { useWords } from "../../text/words.ts";
import { useEndpointChoices, useEventTypes } from "./data.ts";
import type { Delivery, DeliveryFilter } from "./delivery-data.ts";
import { localInput, momentOf } from "./local-time.ts";
import { callbackWords } from "./text.ts";

const STATES: Delivery["state"][] = [
  "pending",
  "leased",
  "held",
  "delivered",
  "exhausted",
  "dropped",
  "superseded",
];

type Name = keyof DeliveryFilter;

/** The filters of an address, so that a link shows what its sender saw. */
export function filterOf(search: URLSearchParams): { [Key in Name]?: NonNullable<DeliveryFilter[Key]> } {
  const text = (name: Name) => search.get(name) || undefined;
  const moment = (name: Name) => momentOf(search.get(name) ?? "");
  const state = STATES.find((candidate) => candidate === text("state"));
  const [endpointId, type, since, until] = [
    text("endpointId"),
    text("type"),
    moment("since"),
    moment("until"),
  ];
  return {
    ...(endpointId !== undefined && { endpointId }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

/** Which deliveries are listed. */
export function DeliveryFilters() {
  const t = useWords(callbackWords);
  const [search, change, clear] = useAddress();
  const endpoints = useEndpointChoices();
  const types = useEventTypes();
  const filter = filterOf(search);
  return (
    <div className="callbacks-filters">
      <Choice
        label={t("endpoint")}
        any={t("anyEndpoint")}
        value={filter.endpointId}
        options={(endpoints.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(value) => change({ endpointId: value })}
      />
      <Choice
        label={t("state")}
        any={t("anyState")}
        value={filter.state}
        options={STATES.map((value) => ({ value, label: t(`state_${value}`) }))}
        onChange={(value) => change({ state: value })}
      />
      <Choice
        label={t("event")}
        any={t("anyType")}
        value={filter.type}
        options={(types.data ?? []).map(({ type }) => ({ value: type, label: type }))}
        onChange={(value) => change({ type: value })}
      />
      {(["since", "until"] as const).map((name) => (
        <MomentFilter
          key={name}
          label={t(name)}
          type="datetime-local"
          value={filter[name] === undefined ? "" : localInput(new Date(filter[name]))}
          onChange={(value) => change({ [name]: momentOf(value) })}
        />
      ))}
      {search.size > 0 && <Button onClick={clear}>{t("resetFilters")}</Button>}
    </div>
  );
}

/** One of several, or any. */
export function Choice({
  label,
  any,
  value,
  options,
  onChange,
}: {
  label: string;
  any: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange(value: string | undefined): void;
}) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Select
          id={id}
          value={value ?? ""}
          popupMatchSelectWidth={false}
          onChange={(next) => onChange(next === "" ? undefined : next)}
          options={[{ value: "", label: any }, ...options]}
        />
      )}
    </Labelled>
  );
}
