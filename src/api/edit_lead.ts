import type { PgClient } from "postgraphile/@dataplan/pg";
import { sideEffectWithPgClientTransaction } from "postgraphile/@dataplan/pg";
import { constant, type ObjectStep, object, SafeError } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { type Edits, LEAD_FIELDS, normalizeEdits } from "../normalize/edits.ts";

/**
 * `editLead`: the function of app_public with typed fields, each brought into the shape that arrivals have before Postgres
 * sees it, so that an address written by hand recognizes its person like one that came through a door.
 */
export const EditLeadPlugin = extendSchema((build) => {
  const { leads } = build.input.pgRegistry.pgResources;
  if (leads === undefined) throw new Error("The table of leads is not shown, so nobody could edit one.");
  return {
    typeDefs: TYPES,
    objects: {
      Mutation: {
        plans: {
          editLead(_root, args) {
            const $leadId = args.getRaw(["input", "leadId"]);
            const $asked = object({ leadId: $leadId, fields: args.getRaw(["input", "fields"]) });
            const $edited = sideEffectWithPgClientTransaction(leads.executor, $asked, editLead);
            const $clientMutationId = args.getRaw(["input", "clientMutationId"]);
            return object({ leadId: $leadId, edited: $edited, clientMutationId: $clientMutationId });
          },
        },
      },
      EditLeadPayload: {
        plans: {
          lead: ($payload: ObjectStep) => leads.get({ id: $payload.get("leadId") }),
          query: () => constant(true),
        },
      },
    },
  };
});

const TYPES = gql`
  """What to write into a lead. A field left out stays as it is; null leaves it blank on purpose."""
  input LeadFieldsInput {
    firstName: String
    lastName: String
    email: String
    """In international form, or as one dials it in the country of the lead."""
    phone: String
    company: String
    companyDomain: String
    street: String
    city: String
    postalCode: String
    region: String
    """Its name, or two letters of ISO 3166-1."""
    country: String
    language: String
    segment: String
    birthDate: Date
    employees: Int
    """Without a currency beside it, in the one that stands; where none stands, it needs one."""
    valueAmount: BigFloat
    """ISO 4217."""
    valueCurrency: String
  }

  """All input for the \`editLead\` mutation."""
  input EditLeadInput {
    clientMutationId: String
    leadId: UUID!
    fields: LeadFieldsInput!
  }

  """The output of our \`editLead\` mutation."""
  type EditLeadPayload {
    clientMutationId: String
    lead: Lead
    """Our root query field type. Allows us to run any query from our mutation payload."""
    query: Query
  }

  extend type Mutation {
    """
    Writes fields of a lead by hand. They win over every arrival until \`undoLeadEdits\` gives them back. When one cannot be
    read, nothing is written.
    """
    editLead(input: EditLeadInput!): EditLeadPayload
  }
`;

type Asked = { leadId: string; fields: Record<string, string | number | null> };

/** As the asking actor: a lead behind the wall tells no country here, and the function answers it like an absent one. */
async function editLead(client: PgClient, { leadId, fields }: Asked): Promise<boolean> {
  const { rows } = await client.query<{ country: string | null; home: string | null }>({
    text: `select leads.country, territories.country as home
             from app_public.leads join app_public.territories on territories.id = leads.territory_id
            where leads.id = $1`,
    values: [leadId],
  });
  const { country = null, home = null } = rows[0] ?? {};
  const read = normalizeEdits(editsOf(fields), { country, defaultCountry: home, receivedAt: new Date() });
  if (!read.ok) throw new SafeError(`${camelCase(read.field)} ${read.message}.`, { code: "BAD_INPUT" });
  const values = [leadId, JSON.stringify(read.edits)];
  await client.query({ text: "select app_public.edit_lead($1, $2)", values });
  return true;
}

function editsOf(fields: Asked["fields"]): Edits {
  const edits: Edits = {};
  for (const field of LEAD_FIELDS) {
    const value = fields[camelCase(field)];
    if (value !== undefined) edits[field] = value;
  }
  return edits;
}

function camelCase(field: string): string {
  return field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
