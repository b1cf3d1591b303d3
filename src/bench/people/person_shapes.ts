import type { Random } from "../../cli/demo/random.ts";
import { type CrowdPlan, inventCrowd, type Sighting, sight } from "./crowd.ts";
import type { Facts } from "./invent.ts";
import { type Shape, shapeOf, shuffle } from "./shape.ts";
import type { SlipName } from "./slips.ts";

/** Names, address and date of birth; some people up to five times, with several mistakes each. */
export function census(random: Random, size: number): Shape {
  const crowd: CrowdPlan = {
    lands: ["gb", "de", "fr", "pl"],
    people: size * 0.7,
    traps: { household: 8, twins: 2, junior: 2, namesake: 2 },
  };
  const slips: SlipName[] = [
    "typo",
    "typo",
    "misread",
    "misheard",
    "missing",
    "birth_digit",
    "postcode_digit",
  ];
  const more: SlipName[] = [...slips, "house_digit", "swapped_names", "abbreviation", "moved", "accents"];
  const sightings = [...inventCrowd(random, crowd)].flatMap((person) => {
    const again = random.below(10) < 8 ? 0 : 1 + random.below(4);
    const later = Array.from({ length: again }, () => sight(person, random, 1 + random.below(4), more));
    return [sight(person, random, random.below(10) === 0 ? 1 : 0, slips), ...later];
  });
  return {
    ...shapeOf("census", shuffle(random, sightings), {
      given_name: ({ first_name }) => first_name.toLowerCase(),
      surname: ({ last_name }) => last_name.toLowerCase(),
      street_number: ({ house }) => house,
      street: ({ street }) => street.toLowerCase(),
      suburb: ({ city }) => city.toLowerCase(),
      postcode: ({ postal_code }) => postal_code,
      state: ({ region }) => region,
      date_of_birth: ({ birth_date }) => birth_date.replaceAll("-", ""),
    }),
    mapping: {
      first_name: "given_name",
      last_name: "surname",
      street: ["street_number", "street"],
      city: "suburb",
      postal_code: "postcode",
      region: "state",
      birth_date: "date_of_birth",
    },
  };
}

/** Few fields, many of them empty or wrong, and everybody about four times. */
export function messy(random: Random, size: number): Shape {
  const crowd: CrowdPlan = { lands: ["gb"], people: size / 4, traps: { twins: 1, junior: 1, namesake: 3 } };
  const slips: SlipName[] = [
    "typo",
    "typo",
    "missing",
    "missing",
    "birth_digit",
    "new_mail",
    "nickname",
    "swapped_names",
  ];
  const sightings = [...inventCrowd(random, crowd)].flatMap((person) =>
    Array.from({ length: 1 + random.below(7) }, (_, n) =>
      sight(person, random, n === 0 ? 0 : random.below(4), slips),
    ),
  );
  return {
    ...shapeOf("messy", shuffle(random, sightings), {
      first_name: ({ first_name }) => first_name,
      surname: ({ last_name }) => last_name,
      dob: ({ birth_date }) => birth_date,
      city: ({ city }) => city,
      email: ({ email }) => email,
    }),
    mapping: {
      first_name: "first_name",
      last_name: "surname",
      birth_date: "dob",
      city: "city",
      email: "email",
    },
  };
}

/** Nothing but names and a date of birth in three columns; one in ten comes twice, with one mistake. */
export function births(random: Random, size: number): Shape {
  const crowd: CrowdPlan = { lands: ["de"], people: size * 0.9, traps: { namesake: 6, twins: 2 } };
  const slips: SlipName[] = ["typo", "typo", "misheard", "birth_digit"];
  const sightings = [...inventCrowd(random, crowd)].flatMap((person) => [
    sight(person, random, 0, slips),
    ...(random.below(9) === 0 ? [sight(person, random, 1, slips)] : []),
  ]);
  const part = (at: number) => (facts: Facts) => String(Number(facts.birth_date.split("-")[at] ?? ""));
  return {
    ...shapeOf("births", shuffle(random, sightings), {
      first: ({ first_name }) => first_name.toUpperCase(),
      last: ({ last_name }) => last_name.toUpperCase(),
      birth_year: part(0),
      birth_month: part(1),
      birth_day: part(2),
    }),
    mapping: {
      first_name: "first",
      last_name: "last",
      birth_date: ["birth_year", "birth_month", "birth_day"],
    },
  };
}

/** Two files: half of the first stand in the second too, once. */
export function linked(random: Random, size: number): Shape {
  const crowd: CrowdPlan = {
    lands: ["fr", "br", "nl", "pl"],
    people: size * 0.75,
    traps: { household: 6, namesake: 2 },
  };
  const slips: SlipName[] = [
    "typo",
    "misheard",
    "missing",
    "accents",
    "moved",
    "postcode_digit",
    "day_month",
    "capitals",
  ];
  const first: Sighting[] = [];
  const second: Sighting[] = [];
  for (const person of inventCrowd(random, crowd)) {
    const place = random.below(3);
    if (place < 2) first.push(sight(person, random, 0, slips));
    if (place > 0) second.push(sight(person, random, random.below(3), slips));
  }
  const shape = shapeOf("linked", shuffle(random, first), {
    prenom: ({ first_name }) => first_name,
    nom: ({ last_name }) => last_name,
    adresse: ({ house, street }) => `${house} ${street}`.trim(),
    code_postal: ({ postal_code }) => postal_code,
    ville: ({ city }) => city,
    pays: ({ country }) => country,
    naissance: ({ birth_date }) => birth_date.split("-").reverse().join("."),
  });
  const columns = shape.files[0]?.columns ?? [];
  return {
    ...shape,
    files: [...shape.files, { name: "linked-second.csv", columns, sightings: shuffle(random, second) }],
    mapping: {
      first_name: "prenom",
      last_name: "nom",
      street: "adresse",
      postal_code: "code_postal",
      city: "ville",
      country: "pays",
      birth_date: "naissance",
    },
  };
}
