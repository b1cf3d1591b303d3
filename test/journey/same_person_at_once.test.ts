import { expect, onTestFinished } from "vitest";
import { makeDrain } from "../../src/pipeline/drain.ts";
import { makePool } from "../../src/postgres/pools.ts";
import { openServer, send } from "../capture/open_server.ts";
import { connect } from "../support/connections.ts";
import { test as base, createDatabase, type TestDatabase } from "../support/database.ts";
import { publishNext } from "../support/next_contract.ts";
import { allValues, oneRow } from "../support/rows.ts";
import { stageBodies } from "../support/waiting.ts";

/** A database of each test alone, since drains take whatever is pending. */
const test = base.extend("place", async (): Promise<TestDatabase> => {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  return database;
});

const ARRIVALS = 50;
const ONE_LEAD = { leads: 1, touches: ARRIVALS, pending: 0, owned: 1, clocks: 1 };

test("one person through three doors at once, taken by four workers, is one lead with every touch", async ({
  place,
}) => {
  const server = await openServer(place);
  const isSent = { value: false };
  const workers = work(place, () => isSent.value);
  const answers = await Promise.all(
    Array.from({ length: ARRIVALS }, (_, n) => {
      const { path, body } = arrival(n);
      return send(server, JSON.stringify(body), { path });
    }),
  );
  isSent.value = true;
  await workers;
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await counts(place)).toEqual(ONE_LEAD);
  expect(await openCases(place)).toEqual([]);
});

test("nor does it become two when nothing but the likeness tells, in batches that overlap", async ({
  place,
}) => {
  const db = await connect(place.urls.superuser);
  await takeWithoutAddress(db);
  const bodies = Array.from({ length: ARRIVALS }, (_, n) => ({
    ref: String(n),
    first_name: n % 2 === 0 ? "Annegret" : "ANNEGRET",
    last_name: "Böhmermann",
    street: n % 3 === 0 ? "Lindenstraße 14" : "Lindenstr. 14",
    city: "Görlitz",
    postal_code: "02826",
    country: "DE",
    born: "1971-04-23",
  }));
  await stageBodies(db, "desk", bodies);
  await work(place, () => true);
  expect(await counts(place)).toEqual(ONE_LEAD);
  expect(await openCases(place)).toEqual([]);
});

/** The same person as three doors hear of them, each in its own words. */
function arrival(n: number): { path: string; body: object } {
  switch (n % 3) {
    case 0:
      return {
        path: "web-form",
        body: { email: "Ana.Weber@Example.de", country: "DE", utm_campaign: `form-${n}` },
      };
    case 1:
      return {
        path: "desk",
        body: { email: "ana.weber@example.de", phone: "030 901820", country: "DE", message: `call ${n}` },
      };
    default:
      return {
        path: "csv",
        body: { "E-Mail": " ana.weber@EXAMPLE.de ", Vorname: "Ana", Telefon: "+49 30 901820", Notiz: `${n}` },
      };
  }
}

/** People whom only name, address and date of birth tell; every arrival has an id of its own. */
async function takeWithoutAddress(db: Awaited<ReturnType<typeof connect>>): Promise<void> {
  await publishNext(db, "desk", { at: "{schema}", value: {} });
  await publishNext(db, "desk", { at: "{mapping,external_id}", value: "ref" });
  await publishNext(db, "desk", { at: "{mapping,birth_date}", value: "born" });
  await publishNext(db, "desk", { at: "{reach}", value: ["external_id"] });
}

/** Four workers side by side, a few captures at a time, until all is stored and nothing is left. */
async function work(place: TestDatabase, isAllStored: () => boolean): Promise<void> {
  const pool = makePool(place.urls.worker, { max: 4, applicationName: "test" });
  const one = async () => {
    const drain = makeDrain({ pool, log: () => {}, batchSize: 3 });
    for (;;) {
      const wasAllStored = isAllStored();
      if ((await drain.batch()) === 0 && wasAllStored) return;
    }
  };
  try {
    await Promise.all([one(), one(), one(), one()]);
  } finally {
    await pool.end();
  }
}

async function counts(place: TestDatabase) {
  const db = await connect(place.urls.superuser);
  return oneRow(
    db,
    `select (select count(*)::int from app_public.leads) as leads,
            (select count(*)::int from app_public.source_events join app_public.leads on leads.id = source_events.lead_id) as touches,
            (select count(*)::int from app_public.captures where captures.status <> 'processed') as pending,
            (select count(*)::int from app_public.leads where leads.owner_id is not null) as owned,
            (select count(*)::int from app_public.clocks where clocks.lead_id is not null) as clocks`,
  );
}

async function openCases(place: TestDatabase): Promise<string[]> {
  const db = await connect(place.urls.superuser);
  return allValues(db, "select exceptions.kind as value from app_public.exceptions order by 1");
}
