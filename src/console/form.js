// For forms of other sites: <script src="https://leads.example.com/form.js" defer></script>
// and <form data-catchment action="https://leads.example.com/capture/web-form" method="post">. See docs/forms.md.
// Without this script the form is posted by the browser itself, and nothing is lost but the time it took.
(() => {
  const TRIALS = 4;
  const CLICK_IDS = ["gclid", "gbraid", "wbraid", "msclkid", "fbclid", "ttclid", "li_fat_id", "twclid"];

  for (const form of document.querySelectorAll("form[data-catchment]")) {
    let shownAt = performance.now();
    let key = newKey();
    // A page that comes back from the browser's cache starts again.
    addEventListener("pageshow", () => {
      shownAt = performance.now();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.state === "sending") return;
      show(form, "sending");
      const filled = documentOf(form, (performance.now() - shownAt) / 1000);
      const outcome = await send(form.action, key, JSON.stringify(filled));
      if (outcome === "unreadable") return post(form, filled);
      show(form, outcome);
      if (outcome !== "failed") key = newKey(); // what is sent now, or corrected, is another arrival
      const next = new URL(form.action).searchParams.get("next");
      if (outcome === "sent" && next) location.assign(next);
    });
  }

  function documentOf(form, seconds) {
    const told = Object.fromEntries(new URLSearchParams(location.search));
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
    const filled = Object.fromEntries(fields);
    if (form.dataset.elapsed) filled[form.dataset.elapsed] = Math.round(seconds * 10) / 10;
    for (const name of ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"]) {
      if (told[name]) filled[name] = told[name].slice(0, 300);
    }
    const click = CLICK_IDS.find((name) => told[name]);
    if (form.dataset.click && click) filled[form.dataset.click] = told[click].slice(0, 300);
    if ("page" in form.dataset) {
      filled.landing_page = location.href.slice(0, 2000);
      if (document.referrer) filled.referrer = document.referrer.slice(0, 2000);
    }
    return filled;
  }

  // A browser keeps a script of a page that the path does not name from sending, and does not say so. What it would do
  // without this script it may do, and the arrival is not lost.
  function post(form, filled) {
    for (const [name, value] of Object.entries(filled)) {
      if (form.elements.namedItem(name)) continue;
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    HTMLFormElement.prototype.submit.call(form); // the page may have a button named "submit"
  }

  // The same key each time: whatever happened to an earlier attempt, there is one arrival.
  async function send(url, key, body) {
    for (let trial = 1; trial <= TRIALS; trial += 1) {
      const headers = { "content-type": "application/json", "idempotency-key": key };
      const answer = await fetch(url, { method: "POST", headers, body, mode: "cors" }).catch(() => null);
      if (answer?.ok) return "sent";
      if (answer && ![409, 429, 500, 502, 503, 504].includes(answer.status)) return "refused";
      if (!answer && trial > 1 && (await isThere(url))) return "unreadable";
      const wait = Number(answer?.headers.get("retry-after")) || trial;
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, 10) * 1000));
    }
    return "failed";
  }

  function isThere(url) {
    const script = new URL("../form.js", url);
    return fetch(script, { cache: "no-store" }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  // sending, sent, refused or failed: for the page's own style sheet, and for who cannot see.
  function show(form, state) {
    form.dataset.state = state;
    const line = form.querySelector("[data-says]");
    if (line) line.textContent = line.dataset[state] ?? "";
    form.dispatchEvent(new CustomEvent(`catchment:${state}`, { bubbles: true }));
  }

  function newKey() {
    return `form-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
})();
