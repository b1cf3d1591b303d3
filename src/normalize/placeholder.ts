/** What forms are filled with where somebody has nothing to say, folded. A real name or firm that is spelled so is compared as unknown. */
const NOTHING = `n a, n n, none, null, nil, undefined, unknown, unbekannt, anonymous, anonym, no name, noname, nobody, keine, keine angabe,
  test, tester, testing, asdf, x, xx, xxx, desconocido, desconhecido, inconnu, sconosciuto, onbekend`;
const SALUTATIONS = "mr, mrs, ms, miss, dr, prof, herr, frau, hr, sr, sra, srta, mme, mlle";
/** What people work as, or that they work for nobody. */
const NO_FIRM = `na, no, kein, self, self employed, selfemployed, freelance, freelancer, freiberufler, freiberuflich, selbstandig,
  selbststandig, student, studentin, retired, rentner, unemployed, arbeitslos, home, privat, private, privatperson, privado, particular,
  particulier, autonomo, independant, zzp, nenhum, nenhuma, ninguno, ninguna, aucun, aucune, geen, nessuna`;

const wordsOf = (...lists: string[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.split(/,\s+/)));
const NAMELESS = wordsOf(NOTHING, SALUTATIONS);
const FIRMLESS = wordsOf(NOTHING, NO_FIRM);

/** Whether what stands for a first or last name is none: "n/a", "Herr", an e-mail address. `folded`: without its accents and case. */
export function isNoName(typed: string, folded: string): boolean {
  return NAMELESS.has(folded) || typed.includes("@");
}

/** Whether what stands for a company is none: "privat", "self-employed", "-". */
export function isNoCompany(folded: string): boolean {
  return FIRMLESS.has(folded);
}

const ALL_ALIKE = /^\+\d{1,3}?(\d)\1{3,}$/;
const ALIKE_AT_THE_END = /(\d)\1{5,}$/;
const COUNTED = /(?:12345678(?:90?)?|98765432(?:10?)?)$/;

/** Whether a telephone number (E.164) is one that people type to get past a form: zeros, 12345678. It may be dialled, and proves nothing. */
export function isNoNumber(phone: string): boolean {
  return ALL_ALIKE.test(phone) || ALIKE_AT_THE_END.test(phone) || COUNTED.test(phone);
}
