import { expect } from "vitest";
import extendCalendars from "../../src/tasks/extend_calendars.ts";
import { test } from "../support/rolled_back.ts";
import { oneRow } from "../support/rows.ts";
import { runJobs } from "../support/run_jobs.ts";

test("calendars that fell behind are filled three years ahead with their holidays; then nothing is left to do", async ({
  db,
}) => {
  const ahead = () =>
    oneRow<{ far: boolean; ids: string; holidays: string }>(
      db,
      `select min(filled.until) > now() + interval '3 years' as far, string_agg(filled.xids, ',') as ids,
              (select count(*) from app_private.calendar_holidays) as holidays
         from (select calendar_id, max(starts_at) as until, string_agg(xmin || ' ' || ctid, ',' order by starts_at) as xids
                 from app_private.calendar_spans group by calendar_id) as filled`,
    );
  const work = async () => {
    await db.query("select graphile_worker.add_job('extend_calendars')");
    await runJobs(db, { extend_calendars: extendCalendars });
  };
  const { holidays } = await ahead();
  await db.query("delete from app_private.calendar_spans where starts_at > now() + interval '1 year'");
  await db.query("delete from app_private.calendar_holidays where on_date > now() + interval '1 year'");
  expect((await ahead()).far).toBe(false);
  await work();
  const filled = await ahead();
  expect(filled).toMatchObject({ far: true, holidays });
  await work();
  expect(await ahead()).toEqual(filled);
});
