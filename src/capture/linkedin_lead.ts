import { type Answer, answersDocument } from "./answers.ts";
import { ofEpochMilliseconds } from "./instants.ts";
import type { Reading } from "./sources/source.ts";
import { at, known, listAt, membersAt, textAt } from "./told.ts";

/**
 * Document: external_id (the response's id), occurred_at, form_id, form_name, campaign (its id), creative_id,
 * lead_type, first_name, last_name, email, phone, city, region, postal_code, country, company, job_title, employees,
 * segment (industry), consents (id → whether accepted), answers by the question's name.
 */
export function readLinkedinLead(response: unknown, form: unknown, id: string | undefined): Reading {
  const questions = new Map(
    listAt(form, "content", "questions").map((question) => [textAt(question, "questionId"), question]),
  );
  const answers = listAt(response, "formResponse", "answers").map((answer): Asked => {
    const question = questions.get(textAt(answer, "questionId"));
    return { question, answer: answerOf(answer, question) };
  });
  const predefined = answers.flatMap(({ question, answer }) => {
    const field = textAt(question, "predefinedField");
    return field === undefined ? [] : [{ question: field, values: answer.values }];
  });
  const { answers: _byField, ...fields } = answersDocument(predefined, FIELDS);
  const document = known({
    external_id: id ?? textAt(response, "id"), // whatever the answer says: its deletion is told by the id that was told
    occurred_at: ofEpochMilliseconds(at(response, "submittedAt")),
    form_id:
      textAt(form, "id") ?? /leadGenForm:(\d+)/.exec(textAt(response, "versionedLeadGenFormUrn") ?? "")?.[1],
    form_name: textAt(form, "name"),
    campaign: lastOf(textAt(response, "leadMetadata", "sponsoredLeadMetadata", "campaign")),
    creative_id: lastOf(textAt(response, "associatedEntity", "associatedCreative")),
    lead_type: textAt(response, "leadType"),
    consents: consentsOf(response),
    ...fields,
    answers: answersDocument(
      answers.map(({ answer }) => answer),
      {},
    ).answers,
  });
  return { kind: "lead", document, isTest: at(response, "testLead") === true };
}

type Asked = { question: unknown; answer: Answer };

function answerOf(answer: unknown, question: unknown): Answer {
  const details = at(answer, "answerDetails");
  const text = textAt(details, "textQuestionAnswer", "answer");
  const chosen = listAt(details, "multipleChoiceAnswer", "options").map((id) =>
    optionOf(question, textAt(id)),
  );
  return {
    question:
      labelOf(at(question, "name")) ??
      labelOf(at(question, "question")) ??
      textAt(answer, "questionId") ??
      "",
    values: text === undefined ? chosen : [text],
  };
}

/** The option's text; its number when the form does not know it. */
function optionOf(question: unknown, id: string | undefined): string {
  const options = listAt(question, "questionDetails", "multipleChoiceQuestionDetails", "options");
  const option = options.find((one) => textAt(one, "id") === id);
  return labelOf(at(option, "text")) ?? id ?? "";
}

/** Plain, or in one of several languages: the first one is the form's own. */
function labelOf(value: unknown): string | undefined {
  return textAt(value) ?? textAt(membersAt(value, "localized")[0]?.[1]);
}

function lastOf(urn: string | undefined): string | undefined {
  return urn?.slice(urn.lastIndexOf(":") + 1);
}

function consentsOf(response: unknown): Record<string, boolean> | undefined {
  const consents = listAt(response, "formResponse", "consentResponses").map((one): [string, boolean] => [
    textAt(one, "consentId") ?? "",
    at(one, "accepted") === true,
  ]);
  return consents.length === 0 ? undefined : Object.fromEntries(consents);
}

/** LinkedIn's predefined questions. */
const FIELDS = {
  FIRST_NAME: "first_name",
  LAST_NAME: "last_name",
  EMAIL: "email",
  WORK_EMAIL: "email",
  PHONE_NUMBER: "phone",
  WORK_PHONE_NUMBER: "phone",
  CITY: "city",
  STATE: "region",
  ZIP_CODE: "postal_code",
  COUNTRY: "country",
  COMPANY_NAME: "company",
  JOB_TITLE: "job_title",
  COMPANY_SIZE: "employees",
  INDUSTRY: "segment",
};
