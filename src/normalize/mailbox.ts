const ROLES: ReadonlySet<string> = new Set(
  `abuse accounting accounts admin administration ads anfrage anfragen backoffice bestellung billing booking bookings
   buchhaltung buero business career careers client clients commercial compras contabilidade contact contactus contato
   customerservice customersupport einkauf email empfang enquiries enquiry export faturamento feedback finance
   financeiro frontdesk geral hallo hello help helpdesk hi hola hostmaster hr import info informacion information
   inquiry invoice invoices it jobs kontakt kundenservice legal mail mailbox marketing media noreply no-reply office
   office1 order orders partner payments personal post postmaster praxis presse press purchasing reception rechnung
   recruiting reservations rh sac sales secretariat secretaria sekretariat service shop spam staff studio suporte
   support team tech ventas vendas vertrieb verwaltung verkoop webmaster welcome zentrale
   anonymous asdf fake keine nobody noemail no-email nomail no-mail none null test undefined unknown xxx`.split(
    /\s+/,
  ),
);
const TAG = /\+.*$/;

/** Whether an address speaks for an office and not for a person: info@, sales@, buchhaltung@, info-de@, sales.emea@. */
export function isRoleAddress(email: string): boolean {
  const local = email.slice(0, email.indexOf("@")).replace(TAG, "");
  return ROLES.has(local) || ROLES.has(local.split(/[._\d-]/, 1)[0] ?? "");
}

/**
 * A key to look an address up by, where people write dots and tags or leave them out: `a.b+news@x.de` is `ab@x.de`. Never
 * an identity: at most providers a dot makes another mailbox. Empty for role addresses.
 */
export function mailboxOf(email: string): string {
  const at = email.indexOf("@");
  if (at < 1 || isRoleAddress(email)) return "";
  const local = email.slice(0, at).replace(TAG, "").replaceAll(".", "");
  const domain = email.slice(at + 1);
  return `${local || email.slice(0, at)}@${domain === "googlemail.com" ? "gmail.com" : domain}`;
}
