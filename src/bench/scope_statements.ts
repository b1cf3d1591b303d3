/** `:list`: the territories, written out; `:id`: a lead in one of them. */
export type Statement = { name: string; underPolicy: string; withList: string; isPage: boolean };

const COLUMNS = "leads.id, leads.email, leads.status";

/** The page as the list `leads` of the API asks for it (src/api/lead_page.ts): 50, and one to see whether more follow. */
function page(name: string, direction: "asc" | "desc"): Statement {
  const order = `and leads.merged_into_id is null order by leads.id ${direction} limit 51`;
  const scoped = `select ${COLUMNS} from app_public.leads where leads.id = any ((select app_public.lead_page(51, ${direction === "desc"}, null))::uuid[]) ${order}`;
  const listed = `select ${COLUMNS} from app_public.leads where leads.territory_id = any (:list) ${order}`;
  return { name, underPolicy: scoped, withList: listed, isPage: true };
}

/** The same text on both sides, but for the list. */
function plain(name: string, select: string, where: string[], rest = ""): Statement {
  const statement = (conditions: string[]) =>
    [
      `select ${select} from app_public.leads`,
      conditions.length > 0 && `where ${conditions.join(" and ")}`,
      rest,
    ]
      .filter(Boolean)
      .join(" ");
  const withList = statement([...where, "leads.territory_id = any (:list)"]);
  return { name, underPolicy: statement(where), withList, isPage: false };
}

export const STATEMENTS: readonly Statement[] = [
  plain("point", COLUMNS, ["leads.id = :id"]),
  plain("count", "count(*)", []),
  plain("group by status", "leads.status, count(*)", [], "group by leads.status"),
  page("page of 50, newest first", "desc"),
  page("page of 50, oldest first", "asc"),
];

/** How it is often written. Both are given what they need to read, which the wall does not give. */
export const CONTRASTS: readonly { name: string; statements: string[] }[] = [
  {
    name: "A policy with EXISTS over the grants",
    statements: [
      `create function app_hidden.bench_actor() returns int language sql stable as
         $$ select nullif(current_setting('catchment.actor', true), '')::int $$`,
      "grant usage on schema app_hidden, app_private to catchment_user",
      "grant execute on function app_hidden.bench_actor() to catchment_user",
      "grant select on app_private.territory_grants to catchment_user",
      "create policy bench on app_private.territory_grants for select to catchment_user using (true)",
      `alter policy select_in_my_territories on app_public.leads using (exists (
         select from app_private.territory_grants
          where territory_grants.territory_id = leads.territory_id and territory_grants.actor_id = app_hidden.bench_actor()))`,
    ],
  },
  {
    name: "A policy that calls a definer function for each row",
    statements: [
      `create function app_hidden.bench_sees(place int) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as
         $$ select exists (select from app_private.territory_grants
             where territory_grants.territory_id = bench_sees.place and territory_grants.actor_id = app_hidden.current_actor_id()) $$`,
      "alter function app_hidden.bench_sees(int) owner to catchment_worker",
      "grant execute on function app_hidden.bench_sees(int) to catchment_user",
      "alter policy select_in_my_territories on app_public.leads using (app_hidden.bench_sees(leads.territory_id))",
    ],
  },
];
