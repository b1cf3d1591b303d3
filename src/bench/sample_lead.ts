/** Bytes of one body, as in performance.md. */
export const BODY_BYTES = 540;

/**
 * The n-th arrival at the path `web-form`, made up, always the same: four countries in turn, national telephone
 * numbers, and every twentieth arrival from somebody who came shortly before, by another campaign.
 */
export function sampleLead(n: number): string {
  const isRepeat = n % 20 === 19;
  const person = isRepeat ? n - 8 : n; // eight before: the same country
  const place = PLACES[person % PLACES.length] ?? PLACES[0];
  const first = FIRST_NAMES[person % FIRST_NAMES.length];
  const last = lastName(person >> 3);
  const lead = {
    first_name: first,
    last_name: last,
    email: `${first}.${last}.${person}@${place.domain}`.toLowerCase(),
    phone: place.phone(person),
    company: `${last} ${place.company}`,
    country: place.country,
    postal_code: place.postalCode,
    utm_source: isRepeat ? "newsletter" : "search",
    utm_medium: isRepeat ? "email" : "cpc",
    utm_campaign: `spring-${n % 7}`,
    landing_page: "https://acme.example/pumps/industrial",
    message: "",
  };
  const missing = BODY_BYTES - JSON.stringify(lead).length;
  return JSON.stringify({ ...lead, message: SENTENCE.repeat(9).slice(0, missing) });
}

/** ASCII alone, so that a character is a byte. */
const FIRST_NAMES = [
  "Ana",
  "Bruno",
  "Clara",
  "David",
  "Emma",
  "Felix",
  "Greta",
  "Hugo",
  "Ines",
  "Jonas",
  "Karla",
];
/** Thousands of surnames, so that people of one name and company are as rare as they are among real leads. */
function lastName(n: number): string {
  const syllable = (at: number) => SYLLABLES[Math.floor(n / SYLLABLES.length ** at) % SYLLABLES.length] ?? "";
  return `${LETTERS[n % LETTERS.length]}${syllable(0)}${syllable(1)}${syllable(2)}`;
}
const LETTERS = "BDFGHKLMNPRSTVW";
const SYLLABLES = [
  "al",
  "ber",
  "cor",
  "din",
  "el",
  "fan",
  "gor",
  "hil",
  "im",
  "jan",
  "kol",
  "lin",
  "mor",
  "ner",
  "os",
  "pel",
  "rin",
];
const SENTENCE = "We need a quote for two pumps and somebody who calls back. ";

/** Telephone numbers that differ for a million people and are valid where they are. */
const PLACES = [
  {
    country: "DE",
    postalCode: "10115",
    domain: "firma.example.de",
    company: "GmbH",
    phone: (n: number) => `030 ${20_000_000 + n}`,
  },
  {
    country: "FR",
    postalCode: "75011",
    domain: "societe.example.fr",
    company: "SARL",
    phone: (n: number) => `0${140_000_000 + n}`,
  },
  {
    country: "US",
    postalCode: "10001",
    domain: "company.example.com",
    company: "Inc",
    phone: (n: number) => `(212) ${2_000_000 + n}`,
  },
  {
    country: "BR",
    postalCode: "01310-100",
    domain: "empresa.example.com.br",
    company: "Ltda",
    phone: (n: number) => `(11) 9${80_000_000 + n}`,
  },
] as const;
