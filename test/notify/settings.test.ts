import { expect, test } from "vitest";
import { notifySettings } from "../../src/notify/settings.ts";

test("what is set is read", () => {
  const problems: string[] = [];
  const settings = notifySettings(
    {
      CATCHMENT_PUBLIC_URL: "https://leads.example/",
      CATCHMENT_SMTP_URL: "smtps://user:canary@mail.example",
      CATCHMENT_MAIL_FROM: "Catchment <leads@acme.example>",
      CATCHMENT_NOTIFY_NETWORKS: "10.1.0.0/16, fd00::/8",
    },
    problems,
  );
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    publicUrl: "https://leads.example",
    mail: { smtpUrl: "smtps://user:canary@mail.example", from: "Catchment <leads@acme.example>" },
    networks: ["10.1.0.0/16", "fd00::/8"],
  });
});

test("what cannot work is refused by name, without its value", () => {
  for (const [values, name] of [
    [{ CATCHMENT_SMTP_URL: "https://canary", CATCHMENT_MAIL_FROM: "a@b.example" }, "CATCHMENT_SMTP_URL"],
    [{ CATCHMENT_SMTP_URL: "smtp://canary" }, "go together"],
    [{ CATCHMENT_SMTP_URL: "smtp://canary", CATCHMENT_MAIL_FROM: "canary" }, "CATCHMENT_MAIL_FROM"],
    [{ CATCHMENT_NOTIFY_NETWORKS: "canary" }, "CATCHMENT_NOTIFY_NETWORKS"],
    [{ CATCHMENT_NOTIFY_NETWORKS: "10.0.0.0/33" }, "CATCHMENT_NOTIFY_NETWORKS"],
  ] as const) {
    const problems: string[] = [];
    notifySettings(values, problems);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).not.toContain("canary");
  }
});
