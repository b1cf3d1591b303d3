import { misused } from "../outcome.ts";

export type Filter = { column: string; operator: "=" | "!=" | "<" | "<=" | ">" | ">="; value: string };

/** `status=new`, `received_at>=2026-11-01`, `owner_id=` for rows that have none. Which columns there are, the list says. */
export function readFilter(text: string): Filter {
  const [, column, operator, value = ""] = /^([a-z][a-z0-9_]*)(!=|<=|>=|=|<|>)(.*)$/s.exec(text) ?? [];
  if (column === undefined || !isOperator(operator)) {
    throw misused(`"${text}" is no condition. Write it as status=new or as "received_at>=2026-11-01".`);
  }
  return { column, operator, value };
}

function isOperator(text: string | undefined): text is Filter["operator"] {
  return text !== undefined && ["=", "!=", "<", "<=", ">", ">="].includes(text);
}
