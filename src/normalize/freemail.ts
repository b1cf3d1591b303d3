// Mailboxes of private persons and throw-away addresses: such a domain tells no company.
const DOMAINS: ReadonlySet<string> = new Set(
  `aol.com arcor.de att.net bigpond.com bluewin.ch bol.com.br btinternet.com comcast.net cox.net email.com
   fastmail.com foxmail.com free.fr freenet.de gmail.com gmx.net googlemail.com hey.com home.nl hotmail.com
   hushmail.com icloud.com ig.com.br inbox.lv kpnmail.nl laposte.net libero.it live.com live.de live.fr live.nl
   live.co.uk mac.com mail.com mail.ru mailbox.org me.com msn.com naver.com o2.pl online.de orange.fr outlook.com
   pm.me posteo.de proton.me protonmail.com qq.com rambler.ru sapo.pt sbcglobal.net seznam.cz sfr.fr sky.com
   t-online.de telenet.be terra.com.br tutanota.com uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl
   xs4all.nl ya.ru yandex.com yandex.ru zeelandnet.nl ziggo.nl zoho.com 126.com 163.com
   10minutemail.com discard.email dispostable.com getnada.com guerrillamail.com mailinator.com maildrop.cc
   sharklasers.com temp-mail.org tempmail.com throwawaymail.com trashmail.com trashmail.de yopmail.com`.split(
    /\s+/,
  ),
);

// The same provider under many endings: yahoo.co.uk, hotmail.fr, gmx.at.
const PROVIDER = /^(?:gmx|hotmail|outlook|rocketmail|yahoo|ymail)\.(?:[a-z]{2,3}|com?\.[a-z]{2})$/;

/** Whether a registrable domain hands out mailboxes to anybody. */
export function isFreemail(domain: string): boolean {
  return DOMAINS.has(domain) || PROVIDER.test(domain);
}
