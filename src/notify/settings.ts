import { isIP } from "node:net";

export type NotifySettings = {
  /** Where people open the console; links in messages begin with it. */
  publicUrl: string | null;
  /** Null: people are reached by the log and by channels alone. */
  mail: { smtpUrl: string; from: string } | null;
  /** Networks that are not public and may be reached all the same, as `10.1.0.0/16`. */
  networks: string[];
};

/** Of the environment that config.ts has read. Problems never repeat the value: it may be a secret. */
export function notifySettings(values: Readonly<Record<string, string>>, problems: string[]): NotifySettings {
  const { CATCHMENT_PUBLIC_URL: publicUrl, CATCHMENT_SMTP_URL: smtpUrl, CATCHMENT_MAIL_FROM: from } = values;
  if (smtpUrl !== undefined && !(/^smtps?:\/\//.test(smtpUrl) && URL.canParse(smtpUrl)))
    problems.push("CATCHMENT_SMTP_URL: must be a URL like smtps://user:password@mail.example.com");
  if (from !== undefined && !/^[^\r\n]*[^@\s<]+@[^@\s<>]+>?$/.test(from))
    problems.push("CATCHMENT_MAIL_FROM: must be an address like Catchment <leads@example.com>");
  if ((smtpUrl === undefined) !== (from === undefined))
    problems.push("CATCHMENT_SMTP_URL and CATCHMENT_MAIL_FROM go together: one is not set");
  const networks = (values.CATCHMENT_NOTIFY_NETWORKS ?? "").split(/[\s,]+/).filter((text) => text !== "");
  if (!networks.every(isNetwork))
    problems.push("CATCHMENT_NOTIFY_NETWORKS: must be a list like 10.1.0.0/16, fd00:1::/32");
  return {
    publicUrl: publicUrl?.replace(/\/+$/, "") ?? null,
    mail: smtpUrl === undefined || from === undefined ? null : { smtpUrl, from },
    networks,
  };
}

function isNetwork(text: string): boolean {
  const [net = "", bits = "", more] = text.split("/");
  return (
    isIP(net) !== 0 &&
    more === undefined &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (isIP(net) === 6 ? 128 : 32)
  );
}
