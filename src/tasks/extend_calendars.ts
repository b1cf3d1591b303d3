import type { Task } from "graphile-worker";
import { renewCalendars } from "../calendars/renew_calendars.ts";

/** Keeps three years of working time written out ahead, with the holidays that are known by now. Most days change nothing. */
const extendCalendars: Task = async (_payload, { query }) => {
  await renewCalendars(query, new Date());
};

export default extendCalendars;
