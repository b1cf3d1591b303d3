import type { Client } from "pg";
import { expect } from "vitest";
import { actAsLogin, stopActing } from "../support/act_as.ts";
import { act, createStranger, territoriesSeen, test } from "./land.ts";
import { DENIED, refusal } from "./refusal.ts";

const ACME = ["americas", "br", "de", "emea", "fr", "global", "uk", "us"];
const EMEA = ["de", "emea", "fr", "uk"];
const AMERICAS = ["americas", "br", "us"];
const GLOBEX = ["globex", "globex-nl"];

/**
 * The wall of one table: who sees what of it, for everybody of the sample organization. `rows`: the territories in
 * which it holds rows at least; `column`: where its territory stands; `written`: a column that a user might try to write.
 */
export function proveWall(
  table: string,
  rows: string[],
  { column = "territory_id", written = column }: { column?: string; written?: string } = {},
): void {
  /** What a superuser finds there, among these territories. */
  const among = async (db: Client, territories: string[]) => {
    await stopActing(db);
    const found = await db.query<{ slug: string }>(
      `select slug from app_public.territories as places
        where exists (select from app_public.${table} where ${table}.${column} = places.id) order by slug`,
    );
    return found.rows.map(({ slug }) => slug).filter((slug) => territories.includes(slug));
  };
  const expectToSee = async (db: Client, who: string, territories: string[]) => {
    expect([who, await territoriesSeen(db, who, table, column)]).toEqual([who, await among(db, territories)]);
  };

  test(`${table}: there are rows on both sides of every wall`, async ({ db }) => {
    expect(await among(db, [...ACME, ...GLOBEX])).toEqual(expect.arrayContaining(rows));
  });

  test(`${table}: a rep sees those of their territory and no other`, async ({ db }) => {
    await expectToSee(db, "dora", ["de"]);
    await expectToSee(db, "felix", ["fr"]);
    await expectToSee(db, "uma", ["us"]);
    await expectToSee(db, "nina", ["globex-nl"]);
  });

  test(`${table}: a manager sees those of their region and everything below`, async ({ db }) => {
    await expectToSee(db, "mona", EMEA);
    await expectToSee(db, "marco", AMERICAS);
  });

  test(`${table}: operations, viewer and admin see all of their client, nothing of the other`, async ({
    db,
  }) => {
    for (const who of ["olga", "vera", "ada"]) await expectToSee(db, who, ACME);
    await expectToSee(db, "gus", GLOBEX);
  });

  test(`${table}: nobody, a stranger and somebody switched off see none`, async ({ db }) => {
    expect(await territoriesSeen(db, null, table, column)).toEqual([]);
    expect(await territoriesSeen(db, await createStranger(db), table, column)).toEqual([]);
    await db.query("update app_public.actors set is_active = false where slug = 'ada'");
    expect(await territoriesSeen(db, "ada", table, column)).toEqual([]);
  });

  test(`${table}: a BI login cannot name it, and would see its own territory only`, async ({ db }) => {
    await actAsLogin(db, "bi_de");
    expect(await refusal(db, `select from app_public.${table}`)).toBe(DENIED);
    await stopActing(db);
    await db.query("grant usage on schema app_public to catchment_bi");
    await actAsLogin(db, "bi_de");
    const seen = await db.query<{ slug: string }>(
      `select distinct places.slug from app_public.${table} join app_public.territories as places on places.id = ${table}.${column}`,
    );
    expect(seen.rows.map(({ slug }) => slug)).toEqual(await among(db, ["de"]));
  });

  test(`${table}: not even an admin writes it but through a function`, async ({ db }) => {
    await act(db, "ada");
    for (const attempt of [
      `update app_public.${table} set ${written} = ${written}`,
      `delete from app_public.${table}`,
      `insert into app_public.${table} (${written}) values (null)`,
      `truncate app_public.${table}`,
      `select from app_public.${table} for update`,
      `copy (select ${written} from app_public.${table}) to program 'true'`,
    ]) {
      expect([attempt, await refusal(db, attempt)]).toEqual([attempt, DENIED]);
    }
  });
}
