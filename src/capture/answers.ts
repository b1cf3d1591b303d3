export type Answer = { question: string; values: string[] };

/**
 * Answers of a form as a document: those whose question has a well-known meaning under the name of that field, and
 * all of them under `answers`, one value as text, several as a list. Of two answers to one field the first counts.
 */
export function answersDocument(
  answers: readonly Answer[],
  fields: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const found = new Map<string, string>();
  for (const { question, values } of answers) {
    const field = Object.hasOwn(fields, question) ? fields[question] : undefined;
    const [value] = values;
    if (field !== undefined && value !== undefined && !found.has(field)) found.set(field, value);
  }
  return { ...withNameParts(Object.fromEntries(found)), answers: asMembers(answers) };
}

/** `full_name` in two words is first and last name; of more words only a person knows. It stays when it is not parted. */
export function withNameParts(fields: Record<string, unknown>): Record<string, unknown> {
  const { full_name, ...others } = fields;
  if (typeof full_name !== "string") return fields;
  if (others.first_name !== undefined || others.last_name !== undefined) return others;
  const words = full_name.trim().split(/\s+/);
  if (words.length !== 2) return fields;
  return { ...others, first_name: words[0], last_name: words[1] };
}

function asMembers(answers: readonly Answer[]): Record<string, string | string[]> {
  return Object.fromEntries(
    answers
      .filter(({ values }) => values.length > 0)
      .map(({ question, values }) => [question, values.length > 1 ? values : (values[0] ?? "")]),
  );
}
