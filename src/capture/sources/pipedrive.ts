import { asUtc } from "../instants.ts";
import { at, digestOf, ignored, keyOf, known, listAt, objectIn, readObject, textAt } from "../told.ts";
import { basicAuth } from "../verify.ts";
import type { Reading, ReportedActivity, Source } from "./source.ts";

/** Pipedrive webhooks, version 2 and the words of version 1. Secret: `user:password` of HTTP Basic. */
export const pipedrive: Source = {
  verify: basicAuth(),
  key: (event) => {
    const told = objectIn(event.body);
    const meta = at(told, "meta");
    return keyOf(
      textAt(meta, "entity") ?? textAt(meta, "object"),
      textAt(meta, "entity_id") ?? textAt(meta, "id"),
      instantOf(told),
      textAt(meta, "action"),
    );
  },
  read: (event) => readObject(event, readChange),
};

/**
 * What tells two changes of one object apart. Where no more than a second is told, it is what they say too: an object
 * may change twice in a second, while a repetition differs only in its count of attempts.
 */
function instantOf(told: unknown): string | undefined {
  const finest = textAt(told, "meta", "timestamp_micro");
  const time = textAt(told, "meta", "timestamp");
  if (finest !== undefined || time === undefined) return finest;
  const isFine = /\.\d*[1-9]/.test(time);
  return isFine ? time : `${time}:${digestOf(dataOf(told), at(told, "previous"))}`;
}

function readChange(told: object): Reading {
  const meta = at(told, "meta");
  const entity = textAt(meta, "entity") ?? textAt(meta, "object");
  const action = ACTIONS.get(textAt(meta, "action") ?? "");
  if (entity === "person" && action === "create") return readPerson(told);
  if (entity === "person" && action === "delete") return readDeletion(told);
  if (entity === "activity" && action !== undefined) return readActivity(told);
  if (entity === "deal" && action === "change") return readDeal(told);
  return ignored("A change that tells of no new person, no deed and no decision.");
}

const ACTIONS = new Map([
  ["create", "create"],
  ["added", "create"],
  ["change", "change"],
  ["updated", "change"],
  ["delete", "delete"],
  ["deleted", "delete"],
]);

/** What it is now; version 1 says `current`. */
function dataOf(told: unknown): unknown {
  return at(told, "data") ?? at(told, "current");
}

function idOf(told: object): string | undefined {
  return textAt(told, "meta", "entity_id") ?? textAt(told, "meta", "id") ?? textAt(dataOf(told), "id");
}

/** ISO 8601 in version 2, seconds in version 1. */
function occurredAt(told: object): string | undefined {
  const time = textAt(told, "meta", "timestamp");
  return time !== undefined && /^\d+$/.test(time) ? new Date(Number(time) * 1_000).toISOString() : time;
}

/**
 * Document: external_id (the person's id), occurred_at, first_name, last_name, full_name (when these are not told),
 * email, phone, job_title, organization_id, owner_id, answers (all members of the person that are text).
 */
function readPerson(told: object): Reading {
  const person = dataOf(told);
  const email = contactOf(person, "emails") ?? contactOf(person, "email");
  const phone = contactOf(person, "phones") ?? contactOf(person, "phone");
  if (email === undefined && phone === undefined) return ignored("A new person whom nothing reaches.");
  const first_name = textAt(person, "first_name");
  const last_name = textAt(person, "last_name");
  const isNamed = first_name !== undefined || last_name !== undefined;
  const document = known({
    external_id: idOf(told),
    occurred_at: occurredAt(told),
    first_name,
    last_name,
    full_name: isNamed ? undefined : textAt(person, "name"),
    email,
    phone,
    job_title: textAt(person, "job_title"),
    organization_id: textAt(person, "org_id"),
    owner_id: textAt(person, "owner_id"),
    answers: Object.fromEntries(
      Object.entries(Object(person)).flatMap(([name, value]) => {
        const text = textAt(value);
        return text === undefined ? [] : [[name, text]];
      }),
    ),
  });
  return { kind: "lead", document };
}

/** The primary one of a list, else its first. */
function contactOf(person: unknown, member: string): string | undefined {
  const contacts = listAt(person, member);
  const primary = contacts.find(
    (contact) => at(contact, "primary") === true && textAt(contact, "value") !== undefined,
  );
  return textAt(primary, "value") ?? contacts.flatMap((contact) => textAt(contact, "value") ?? [])[0];
}

function readDeletion(told: object): Reading {
  const externalId = idOf(told);
  if (externalId === undefined) return ignored("A deletion that names nobody.");
  return { kind: "privacy", request: "erasure", subject: { externalId } };
}

/** Only what was done, and only when it got done: plans and later corrections are no deed. */
function readActivity(told: object): Reading {
  const activity = dataOf(told);
  const externalId = textAt(activity, "person_id");
  const wasDone = [true, 1].some((done) => done === at(told, "previous", "done"));
  const isDone = [true, 1].some((done) => done === at(activity, "done"));
  if (!isDone || wasDone || isRepeat(told)) return ignored("An activity that did not get done just now.");
  if (externalId === undefined) return ignored("An activity with nobody.");
  const kind = KINDS.get(textAt(activity, "type") ?? "") ?? "note";
  return activityOf({
    subject: { externalId },
    kind,
    isResponse: kind !== "note",
    ...known({
      note: textAt(activity, "subject"),
      occurredAt: asUtc(textAt(activity, "marked_as_done_time")) ?? occurredAt(told),
    }),
  });
}

/** A change that names what changed, and `done` is not among it. */
function isRepeat(told: object): boolean {
  const previous = at(told, "previous");
  const isChange = ACTIONS.get(textAt(told, "meta", "action") ?? "") !== "create";
  return isChange && typeof previous === "object" && previous !== null && !Object.hasOwn(previous, "done");
}

const KINDS = new Map<string, ReportedActivity["kind"]>([
  ["call", "call"],
  ["email", "email"],
  ["meeting", "meeting"],
  ["lunch", "meeting"],
]);

function readDeal(told: object): Reading {
  const deal = dataOf(told);
  const externalId = textAt(deal, "person_id");
  const status = OUTCOMES.get(textAt(deal, "status") ?? "");
  if (externalId === undefined || status === undefined || textAt(told, "previous", "status") === undefined) {
    return ignored("A deal that was not decided just now.");
  }
  return activityOf({
    subject: { externalId },
    kind: "status_change",
    isResponse: false,
    status,
    ...known({
      note: `deal: ${textAt(deal, "status")}`,
      occurredAt: occurredAt(told),
      valueAmount: textAt(deal, "value"),
      valueCurrency: textAt(deal, "currency"),
    }),
  });
}

const OUTCOMES = new Map([
  ["won", "closed_won"],
  ["lost", "closed_lost"],
]);

function activityOf(activity: ReportedActivity): Reading {
  return { kind: "activity", activity };
}
