import type { Language } from "./names.ts";
import { STREETS } from "./streets.ts";

/** Where people of a language live. A postal code is its city's beginning and drawn digits (#). */
export type Land = {
  language: Language;
  country: string;
  cities: readonly (readonly [name: string, postalCode: string, region: string])[];
  streets: readonly string[];
  /** `{}` is the name, and `#` a digit. */
  streetForms: readonly string[];
  phones: readonly string[];
  callingCode: string;
  /** A national number begins so; dropped after the calling code. */
  trunk: string;
  mailDomains: readonly string[];
  companyForms: readonly string[];
  topDomain: string;
};

export const LANDS: Record<string, Land> = {
  de: {
    language: "german",
    country: "DE",
    cities: [
      ["Berlin", "10###", "Berlin"],
      ["Hamburg", "20###", "Hamburg"],
      ["München", "80###", "Bayern"],
      ["Köln", "50###", "Nordrhein-Westfalen"],
      ["Frankfurt am Main", "60###", "Hessen"],
      ["Stuttgart", "70###", "Baden-Württemberg"],
      ["Leipzig", "04###", "Sachsen"],
      ["Görlitz", "0282#", "Sachsen"],
      ["Bad Tölz", "8364#", "Bayern"],
    ],
    streets: STREETS.german,
    streetForms: ["{}straße", "{}weg", "{}gasse", "Am {}platz"],
    phones: ["030 2#######", "089 3#######", "0171 #######", "0160 9#######"],
    callingCode: "+49",
    trunk: "0",
    mailDomains: ["gmx.de", "web.de", "gmail.com", "t-online.de"],
    companyForms: ["GmbH", "AG", "GmbH & Co. KG", "e.K."],
    topDomain: "de",
  },
  fr: {
    language: "french",
    country: "FR",
    cities: [
      ["Paris", "750##", "Île-de-France"],
      ["Lyon", "6900#", "Auvergne-Rhône-Alpes"],
      ["Marseille", "1300#", "Provence"],
      ["Toulouse", "31###", "Occitanie"],
      ["Nîmes", "30###", "Occitanie"],
      ["Saint-Étienne", "420##", "Loire"],
    ],
    streets: STREETS.french,
    streetForms: ["rue {}", "avenue {}", "boulevard {}", "place {}"],
    phones: ["01 4# ## ## ##", "06 1# ## ## ##", "04 72 ## ## ##"],
    callingCode: "+33",
    trunk: "0",
    mailDomains: ["orange.fr", "free.fr", "gmail.com", "laposte.net"],
    companyForms: ["SARL", "SA", "SAS"],
    topDomain: "fr",
  },
  gb: {
    language: "english",
    country: "GB",
    cities: [
      ["London", "SW1A #AA", "London"],
      ["Manchester", "M1 #AE", "Lancashire"],
      ["Birmingham", "B1 #HQ", "West Midlands"],
      ["Leeds", "LS1 #BA", "Yorkshire"],
      ["Bristol", "BS1 #TR", "Avon"],
      ["Stoke-on-Trent", "ST4 #LX", "Staffordshire"],
      ["St Albans", "AL1 #JB", "Hertfordshire"],
    ],
    streets: STREETS.english,
    streetForms: ["{} Street", "{} Road", "{} Lane", "{} Close", "The {} Avenue"],
    phones: ["020 7946 ####", "0161 496 ####", "07700 900###"],
    callingCode: "+44",
    trunk: "0",
    mailDomains: ["gmail.com", "btinternet.com", "hotmail.co.uk", "yahoo.co.uk"],
    companyForms: ["Ltd", "Limited", "PLC", "LLP"],
    topDomain: "co.uk",
  },
  br: {
    language: "portuguese",
    country: "BR",
    cities: [
      ["São Paulo", "01###-###", "SP"],
      ["Rio de Janeiro", "20###-###", "RJ"],
      ["Belo Horizonte", "30###-###", "MG"],
      ["Brasília", "70###-###", "DF"],
      ["Curitiba", "80###-###", "PR"],
    ],
    streets: STREETS.portuguese,
    streetForms: ["Rua {}", "Avenida {}", "Travessa {}"],
    phones: ["(11) 98###-####", "(21) 97###-####", "(31) 3###-####"],
    callingCode: "+55",
    trunk: "",
    mailDomains: ["gmail.com", "uol.com.br", "hotmail.com", "bol.com.br"],
    companyForms: ["Ltda", "S.A.", "ME"],
    topDomain: "com.br",
  },
  nl: {
    language: "dutch",
    country: "NL",
    cities: [
      ["Amsterdam", "10## AB", "Noord-Holland"],
      ["Rotterdam", "30## CD", "Zuid-Holland"],
      ["Utrecht", "35## EF", "Utrecht"],
      ["'s-Hertogenbosch", "52## GH", "Noord-Brabant"],
      ["Groningen", "97## JK", "Groningen"],
    ],
    streets: STREETS.dutch,
    streetForms: ["{}straat", "{}laan", "{}weg", "{}plein"],
    phones: ["020 62# ####", "06 12######", "010 41# ####"],
    callingCode: "+31",
    trunk: "0",
    mailDomains: ["ziggo.nl", "kpnmail.nl", "gmail.com"],
    companyForms: ["B.V.", "N.V.", "VOF"],
    topDomain: "nl",
  },
  pl: {
    language: "polish",
    country: "PL",
    cities: [
      ["Warszawa", "00-###", "mazowieckie"],
      ["Kraków", "30-###", "małopolskie"],
      ["Łódź", "90-###", "łódzkie"],
      ["Wrocław", "50-###", "dolnośląskie"],
      ["Gdańsk", "80-###", "pomorskie"],
    ],
    streets: STREETS.polish,
    streetForms: ["ul. {}", "{}", "al. {}"],
    phones: ["22 62# ## ##", "501 ### ###", "602 ### ###"],
    callingCode: "+48",
    trunk: "",
    mailDomains: ["wp.pl", "onet.pl", "gmail.com", "interia.pl"],
    companyForms: ["Sp. z o.o.", "S.A."],
    topDomain: "pl",
  },
  tr: {
    language: "turkish",
    country: "TR",
    cities: [
      ["İstanbul", "34###", "Marmara"],
      ["Ankara", "06###", "İç Anadolu"],
      ["İzmir", "35###", "Ege"],
      ["Diyarbakır", "21###", "Güneydoğu"],
    ],
    streets: STREETS.turkish,
    streetForms: ["{} Caddesi", "{} Sokak", "{} Bulvarı"],
    phones: ["0532 ### ## ##", "0212 29# ## ##"],
    callingCode: "+90",
    trunk: "0",
    mailDomains: ["gmail.com", "hotmail.com", "mynet.com"],
    companyForms: ["A.Ş.", "Ltd. Şti."],
    topDomain: "com.tr",
  },
  gr: {
    language: "greek",
    country: "GR",
    cities: [
      ["Αθήνα", "105 ##", "Αττική"],
      ["Θεσσαλονίκη", "546 ##", "Μακεδονία"],
      ["Πάτρα", "262 ##", "Αχαΐα"],
    ],
    streets: STREETS.greek,
    streetForms: ["{}", "Λεωφόρος {}", "Οδός {}"],
    phones: ["210 32# ####", "697 ### ####"],
    callingCode: "+30",
    trunk: "",
    mailDomains: ["gmail.com", "otenet.gr"],
    companyForms: ["Α.Ε.", "Ε.Π.Ε."],
    topDomain: "gr",
  },
  bg: {
    language: "bulgarian",
    country: "BG",
    cities: [
      ["София", "10##", "София"],
      ["Пловдив", "40##", "Пловдив"],
      ["Варна", "90##", "Варна"],
    ],
    streets: STREETS.bulgarian,
    streetForms: ["ул. {}", "бул. {}"],
    phones: ["02 987 ####", "088 8######"],
    callingCode: "+359",
    trunk: "0",
    mailDomains: ["abv.bg", "gmail.com", "mail.bg"],
    companyForms: ["ООД", "ЕООД", "АД"],
    topDomain: "bg",
  },
};
