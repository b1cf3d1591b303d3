import { type PgSelectQueryBuilder, PgSelectStep, sqlValueWithCodec, TYPES } from "postgraphile/@dataplan/pg";
import { ConnectionStep, constant, lambda, list } from "postgraphile/grafast";
import { sql } from "postgraphile/pg-sql2";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "./page_size.ts";

/**
 * Tells the list of all leads which rows its page consists of (app_public.lead_page), where it is sorted by id, forward and
 * without a filter: the planner cannot see whose territories the policy names, and walks every lead of the installation
 * for whoever has a small one. The policy judges those rows as ever; every other list is left as it is.
 */
export const LeadPagePlugin: GraphileConfig.Plugin = {
  name: "CatchmentLeadPagePlugin",
  version: "1.0.0",
  after: ["CatchmentPageSizePlugin", "CatchmentMergedLeadsPlugin"],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, _build, { scope, Self }) {
        const { plan } = field;
        const { isPgFieldConnection, pgFieldResource } = scope;
        if (isPgFieldConnection !== true || pgFieldResource?.name !== "leads" || Self.name !== "Query")
          return field;
        if (plan === undefined) return field;
        return {
          ...field,
          plan($parent, args, info) {
            const $connection = plan($parent, args, info);
            const $leads = $connection instanceof ConnectionStep ? $connection.getSubplan() : null;
            if (!($leads instanceof PgSelectStep)) return $connection;
            const names = info.field.args.map((arg) => arg.name);
            const $asked = list(
              ASKED.map((name) => (names.includes(name) ? args.getRaw(name) : constant(null))),
            );
            $leads.apply(lambda($asked, (asked) => narrowTo(pageOf(asked))));
            return $connection;
          },
        };
      },
    },
  },
};

const ASKED = ["first", "last", "before", "after", "offset", "filter", "orderBy"] as const;

/** Null: the list stays as it is. */
function narrowTo(page: Page | null): ((leads: PgSelectQueryBuilder) => void) | null {
  if (page === null) return null;
  const size = sqlValueWithCodec(page.size, TYPES.int);
  const isDescending = sqlValueWithCodec(page.isDescending, TYPES.boolean);
  const beyond = sqlValueWithCodec(page.beyond, TYPES.uuid);
  return (leads) => {
    if (leads.mode === "aggregate") return; // the total counts more than a page
    leads.where(
      sql`${leads.alias}.id = any ((select app_public.lead_page(${size}, ${isDescending}, ${beyond}))::uuid[])`,
    );
  };
}

type Page = { size: number; isDescending: boolean; beyond: string | null };

/** Null: no such page, or one that others refuse. One row more than asked for tells whether there is a next page. */
function pageOf(asked: readonly unknown[]): Page | null {
  const [first, last, before, after, offset, filter, orderBy] = asked;
  if (last != null || before != null || !isEmpty(filter)) return null;
  const isDescending = directionOf(orderBy);
  const [taken, skipped] = [first ?? DEFAULT_PAGE_SIZE, offset ?? 0];
  if (isDescending === null || typeof taken !== "number" || typeof skipped !== "number") return null;
  if (taken > MAX_PAGE_SIZE || skipped > MAX_PAGE_SIZE) return null;
  const size = taken + skipped + 1;
  if (after == null) return { size, isDescending, beyond: null };
  const beyond = idOf(after);
  return beyond === null ? null : { size, isDescending, beyond };
}

function isEmpty(filter: unknown): boolean {
  return (
    filter == null ||
    (typeof filter === "object" && Object.values(filter).every((value) => value === undefined))
  );
}

/** Whether the newest come first; null where something else than the id decides. */
function directionOf(orderBy: unknown): boolean | null {
  const orders = orderBy == null ? [] : [orderBy].flat();
  if (orders.length === 0) return false;
  const [order] = orders;
  if (orders.length > 1 || typeof order !== "string") return null;
  return (
    { PRIMARY_KEY_ASC: false, ROW_ID_ASC: false, PRIMARY_KEY_DESC: true, ROW_ID_DESC: true }[order] ?? null
  );
}

/** What a cursor of a list sorted by id says after the digest of its order, which PostGraphile checks. */
function idOf(cursor: unknown): string | null {
  if (typeof cursor !== "string") return null;
  const text = Buffer.from(cursor, "base64").toString("utf8");
  return CURSOR.exec(text)?.[1] ?? null;
}

const CURSOR = /^\["[^"]*","([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\]$/;
