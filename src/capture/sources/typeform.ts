import { NORMALIZED_FIELDS } from "../../contracts/fields.ts";
import { answersDocument, withNameParts } from "../answers.ts";
import { at, ignored, keyOf, known, listAt, membersAt, objectIn, readObject, textAt } from "../told.ts";
import { hmacSignature } from "../verify.ts";
import type { Reading, Source } from "./source.ts";

/** Typeform. Secret: the one given to the webhook. */
export const typeform: Source = {
  verify: hmacSignature({ header: "typeform-signature", encoding: "base64", prefix: "sha256=" }),
  key: (event) => {
    const told = objectIn(event.body);
    const token = textAt(told, "form_response", "token");
    const type = textAt(told, "event_type");
    // What is told of a response before it is finished bears the token that the finished one will have.
    return type === "form_response" ? keyOf(token) : keyOf(type ?? "", token);
  },
  read: (event) => readObject(event, readResponse),
};

/**
 * Document: external_id (the response's token), occurred_at, form_id, form_title, answers (the field's ref → text, or
 * texts), hidden, calculated, variables (key → value), email and phone (the first of their type), first_name and
 * last_name (of a ref `name` in two words, else full_name); every ref and hidden field named like a normalized field
 * under that name; of hidden fields also channel, medium, campaign, term, content (utm_…) and click_id.
 */
function readResponse(told: object): Reading {
  if (textAt(told, "event_type") !== "form_response")
    return ignored("An event that is no finished response.");
  const response = at(told, "form_response");
  const given = listAt(response, "answers").map((answer) => ({
    question: textAt(answer, "field", "ref") ?? textAt(answer, "field", "id") ?? "",
    type: textAt(answer, "type") ?? "",
    values: valuesOf(answer),
  }));
  const { answers, ...named } = answersDocument(given, FIELDS);
  const firstOf = (type: string) => given.find((answer) => answer.type === type)?.values[0];
  const fields = {
    ...hiddenFields(response),
    ...known({ email: firstOf("email"), phone: firstOf("phone_number") }),
    ...named,
  };
  const document = known({
    ...withNameParts(fields),
    external_id: textAt(response, "token"),
    occurred_at: textAt(response, "submitted_at"),
    form_id: textAt(response, "form_id"),
    form_title: textAt(response, "definition", "title"),
    hidden: at(response, "hidden"),
    calculated: at(response, "calculated"),
    variables: variablesOf(response),
    answers,
  });
  return { kind: "lead", document };
}

/** The member that holds the value is called like the answer's type. */
function valuesOf(answer: unknown): string[] {
  const type = textAt(answer, "type") ?? "";
  const value = at(answer, type);
  const texts =
    type === "choices"
      ? [...listAt(value, "labels"), at(value, "other")]
      : [at(value, "label"), at(value, "other"), at(value, "amount"), value];
  const found = texts.flatMap((text) => textAt(text) ?? []);
  return type === "choices" ? found : found.slice(0, 1);
}

function variablesOf(response: unknown): Record<string, unknown> | undefined {
  const variables = listAt(response, "variables").map((one): [string, unknown] => [
    textAt(one, "key") ?? "",
    at(one, textAt(one, "type") ?? ""),
  ]);
  return variables.length === 0 ? undefined : Object.fromEntries(variables);
}

function hiddenFields(response: unknown): Record<string, string> {
  const hidden = membersAt(response, "hidden").map(([name, value]) => ({
    question: name,
    values: [textAt(value)].flatMap((text) => text ?? []),
  }));
  const { answers: _all, ...fields } = answersDocument(hidden, HIDDEN);
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => asText(name, value)));
}

function asText(name: string, value: unknown): [string, string][] {
  return typeof value === "string" ? [[name, value]] : [];
}

const OURS = Object.fromEntries(NORMALIZED_FIELDS.map((field) => [field, field]));

const FIELDS: Readonly<Record<string, string>> = { ...OURS, name: "full_name", full_name: "full_name" };

const HIDDEN: Readonly<Record<string, string>> = {
  ...OURS,
  utm_source: "channel",
  utm_medium: "medium",
  utm_campaign: "campaign",
  utm_term: "term",
  utm_content: "content",
  gclid: "click_id",
  fbclid: "click_id",
  msclkid: "click_id",
  ttclid: "click_id",
  li_fat_id: "click_id",
};
