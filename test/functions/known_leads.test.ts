import type { ClientBase } from "pg";
import { expect } from "vitest";
import type { Identity } from "../../src/normalize/attributes.ts";
import { receive, stageArrivals } from "../support/arrivals.ts";
import { test } from "../support/rolled_back.ts";
import { allRows } from "../support/rows.ts";

const ANA: Identity = { kind: "email", value: "ana@mail.example" };
const PHONE: Identity = { kind: "phone", value: "+491" };

test("every lead that one of the keys belongs to, with the rank of its strongest key", async ({ db }) => {
  const [ana, ben] = await receive(db, [
    { attributes: { email: ANA.value, external_id: "7", country: "DE" } },
    { attributes: { email: "ben@mail.example", phone: PHONE.value, country: "FR" } },
  ]);
  const own: Identity = { kind: "external_id", value: "web-form:7" };
  expect(await known(db, "web-form", [PHONE, ANA, own])).toEqual([
    { lead_id: ben?.leadId, rank: 1 },
    { lead_id: ana?.leadId, rank: 2 },
  ]);
});

test("nobody of another client, and nobody by a key of another kind", async ({ db }) => {
  await receive(db, [{ attributes: { email: ANA.value, country: "DE" } }]);
  expect(await known(db, "globex-form", [ANA])).toEqual([]);
  expect(await known(db, "web-form", [{ kind: "external_id", value: ANA.value }])).toEqual([]);
  expect(await known(db, "web-form", [])).toEqual([]);
});

async function known(db: ClientBase, path: string, identities: Identity[]) {
  const [id] = await stageArrivals(db, [{ path, attributes: {} }]);
  return allRows(
    db,
    "select lead_id, rank::int from app_private.known_leads($1) where capture_id = $2 order by rank",
    [JSON.stringify([{ id, settle: { as: "activity", identities } }]), id],
  );
}
