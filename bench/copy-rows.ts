/** Inserts `count` rows like `template`; `own` has expressions of `n` for what differs. */
export function copy(table: string, count: number, template: object, own: Record<string, string>): string {
  const columns = Object.entries(template);
  const values = columns.map(([column, value]) => own[column] ?? literal(value));
  return `insert into ${table} (${columns.map(([column]) => `"${column}"`).join(", ")})
    with recursive numbers(n) as (
      select cast(0 as bigint) union all select n + 1 from numbers where n < ${count - 1}
    )
    select ${values.join(", ")} from numbers`;
}

function literal(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
