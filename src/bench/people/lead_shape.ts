import type { Random } from "../../cli/demo/random.ts";
import { type CrowdPlan, inventCrowd, sight } from "./crowd.ts";
import { type Shape, shapeOf, shuffle } from "./shape.ts";
import type { SlipName } from "./slips.ts";

/** Leads of firms in many countries and scripts, and what they share: telephones, addresses, domains. */
export function leads(random: Random, size: number): Shape {
  const crowd: CrowdPlan = {
    lands: ["de", "fr", "gb", "br", "nl", "pl", "tr", "gr", "bg"],
    people: size * 0.8,
    traps: { household: 4, front_desk: 5, role_address: 3, colleague: 8, namesake: 2 },
  };
  const slips: SlipName[] = [
    "typo",
    "new_mail",
    "work_mail",
    "new_phone",
    "national_phone",
    "nickname",
    "missing",
    "accents",
  ];
  const sightings = [...inventCrowd(random, crowd)].flatMap((person) => {
    const again = random.below(5) === 0 ? 1 + random.below(2) : 0;
    const later = Array.from({ length: again }, () =>
      sight(person, random, 1 + random.below(3), [
        ...slips,
        "married",
        "moved",
        "initial",
        "phone_digit",
        "abbreviation",
      ]),
    );
    return [sight(person, random, 0, slips), ...later];
  });
  return {
    ...shapeOf("leads", shuffle(random, sightings), {
      first_name: ({ first_name }) => first_name,
      last_name: ({ last_name }) => last_name,
      company: ({ company }) => company,
      domain: ({ company_domain }) => company_domain,
      email: ({ email }) => email,
      phone: ({ phone }) => phone,
      country: ({ country }) => country,
      postal_code: ({ postal_code }) => postal_code,
    }),
    mapping: {
      first_name: "first_name",
      last_name: "last_name",
      company: "company",
      company_domain: "domain",
      email: "email",
      phone: "phone",
      country: "country",
      postal_code: "postal_code",
    },
  };
}
