import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";

const SCRIPT = readFileSync("src/console/form.js", "utf8");
const ACTION = "https://leads.example.com/capture/web-form?next=https://www.acme.example/thanks";

type Submit = (event: { preventDefault: () => void }) => Promise<void>;
type Sent = { key: string; document: unknown };

test("a filled form is sent with one key until it is stored, and leads to the next page", async () => {
  const page = openPage([503, null, 200, 200], false);
  await page.submit();
  expect(page.told).toEqual({ states: ["sending", "sent"], wentTo: "https://www.acme.example/thanks" });
  expect(page.sent[0]?.document).toEqual({
    email: "ana@example.de",
    form_seconds: 0,
    utm_source: "news",
    click_id: "abc",
  });
  expect(new Set(page.sent.map(({ key }) => key)).size).toBe(1);
  await page.submit();
  expect(new Set(page.sent.map(({ key }) => key)).size).toBe(2);
  expect(page.posted).toEqual([]);
});

test("a page that the browser lets neither send nor read posts the form, with all that the script adds", async () => {
  const page = openPage([null, null], true);
  await page.submit();
  expect(page.posted).toEqual([
    { email: "ana@example.de", fax_number: "", form_seconds: "0", utm_source: "news", click_id: "abc" },
  ]);
  expect(page.told).toEqual({ states: ["sending"], wentTo: "" });
});

test("where nobody is reached the form stays, and says so; what is refused is not sent again", async () => {
  const page = openPage([null, null, null, null], false);
  await page.submit();
  expect([page.sent.length, page.posted, page.told.states]).toEqual([4, [], ["sending", "failed"]]);
  const refused = openPage([422], true);
  await refused.submit();
  expect([refused.sent.length, refused.told]).toEqual([1, { states: ["sending", "refused"], wentTo: "" }]);
});

/** A page with one form, whose requests get these answers in turn; null is one that the browser keeps to itself. */
function openPage(answers: (number | null)[], isThere: boolean) {
  const fields: Record<string, string> = { email: "ana@example.de", fax_number: "" };
  const sent: Sent[] = [];
  const posted: Record<string, string>[] = [];
  const told = { states: [] as string[], wentTo: "" };
  let listener: Submit = async () => {};
  const form = {
    action: ACTION,
    dataset: { elapsed: "form_seconds", click: "click_id", state: "" },
    elements: { namedItem: (name: string) => fields[name] ?? null },
    addEventListener: (_name: string, added: Submit) => {
      listener = added;
    },
    append: ({ name, value }: { name: string; value: unknown }) => {
      fields[name] = String(value);
    },
    querySelector: () => null,
    dispatchEvent: () => told.states.push(form.dataset.state),
  };
  const world = {
    URL,
    URLSearchParams,
    crypto,
    CustomEvent: class {},
    FormData: class {
      [Symbol.iterator] = () => Object.entries(fields)[Symbol.iterator]();
    },
    HTMLFormElement: class {
      submit() {
        posted.push({ ...fields });
      }
    },
    addEventListener: () => {},
    setTimeout: setImmediate, // no pauses
    performance: { now: () => 4_000 },
    document: { querySelectorAll: () => [form], createElement: () => ({}) },
    location: {
      search: "?utm_source=news&gclid=abc",
      assign: (address: string) => {
        told.wentTo = address;
      },
    },
    fetch: async (
      url: string | URL,
      { headers, body }: { headers?: Record<string, string>; body?: string },
    ) => {
      const isSending = String(url) === ACTION;
      expect(isSending || String(url) === "https://leads.example.com/form.js").toBe(true);
      if (isSending) sent.push({ key: headers?.["idempotency-key"] ?? "", document: JSON.parse(body ?? "") });
      const status = isSending ? answers.shift() : isThere && 200;
      if (!status) throw new TypeError("Failed to fetch");
      return { ok: status === 200, status, headers: new Headers() };
    },
  };
  runInContext(SCRIPT, createContext(world));
  return { sent, posted, told, submit: () => listener({ preventDefault: () => {} }) };
}
