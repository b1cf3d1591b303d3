/**
 * Services that hand a mailbox to anybody for minutes. Our own list of those that are known widely, kept short on
 * purpose: such domains come by the thousand and pass within weeks, and who is on no list still meets the other signs.
 */
const DOMAINS: ReadonlySet<string> = new Set(
  `0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net burnermail.io byom.de
   deadaddress.com discard.email discardmail.com discardmail.de dispostable.com dropmail.me emailondeck.com
   fakeinbox.com fakemail.net getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de
   guerrillamail.info guerrillamail.net guerrillamail.org guerrillamailblock.com harakirimail.com inboxkitten.com
   incognitomail.org jetable.org mail-temp.com mailcatch.com maildrop.cc mailexpire.com mailinator.com
   mailinator.net mailinator2.com mailnesia.com mailnull.com meltmail.com mintemail.com mohmal.com moakt.com
   mt2015.com mytemp.email mytrashmail.com nada.email nospam.ze.tc sharklasers.com spam4.me spambog.com spambox.us
   spamex.com spamgourmet.com temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.com tempmail.net
   tempmailo.com tempr.email throwawaymail.com trash-mail.com trashmail.com trashmail.de trashmail.net trbvm.com
   wegwerfemail.de wegwerfmail.de wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net`.split(
    /\s+/,
  ),
);

/** By the domain of an address and those above it: `a@b.mailinator.com` is one. */
export function isDisposable(email: string): boolean {
  const labels = email
    .slice(email.lastIndexOf("@") + 1)
    .trim()
    .toLowerCase()
    .split(".");
  return labels.some((_, position) => DOMAINS.has(labels.slice(position).join(".")));
}
