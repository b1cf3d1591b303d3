const POLL_MS = 2000;
const ANSWER_MS = 5000;
const TOKEN = "catchment.token";

const PIPELINE = ["receive", "resolve identity", "record touch", "route", "start clock"]; // the rest comes after, by time

const element = (id) => document.getElementById(id);
const rows = new Map(); // by arrival: what is shown and from what it was made
let skew = 0; // milliseconds that the database's clock is ahead of this one
let answeredAt = null;
let timer;

element("curl").textContent = [
  `curl -X POST ${location.origin}/capture/web-form \\`,
  "  -H 'Content-Type: application/json' \\",
  "  -H 'Idempotency-Key: my-first-lead' \\",
  `  -d '{"email":"grace@example.com","first_name":"Grace","last_name":"Hopper","country":"DE"}'`,
].join("\n");
element("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, element("token").value.trim());
  element("token").value = "";
  poll();
});
document.addEventListener("visibilitychange", () => document.hidden || poll());
setInterval(showAges, 1000);
poll();

async function poll() {
  clearTimeout(timer);
  try {
    const response = await fetch("/overview.json", {
      headers: credentials(),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.status === 401) return askForToken();
    if (!response.ok) throw new Error(`${response.status}`);
    show(await response.json());
  } catch {
    showLost();
  }
  if (!document.hidden) timer = setTimeout(poll, POLL_MS);
}

function credentials() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { authorization: `Bearer ${token}` } : {};
}

function askForToken() {
  element("sign-in").hidden = false;
  element("content").hidden = true;
  element("lost").hidden = true;
  showConnection("closed", sessionStorage.getItem(TOKEN) ? "token refused" : "token needed");
}

function show(overview) {
  skew = Date.parse(overview.asOf) - Date.now();
  answeredAt = Date.now();
  element("sign-in").hidden = true;
  element("lost").hidden = true;
  element("content").hidden = false;
  document.body.classList.remove("stale");
  showConnection("live", "live");
  for (const tile of element("counts").children) {
    const count = overview[tile.dataset.count];
    tile.querySelector("dd").textContent = count.toLocaleString("en");
    tile.classList.toggle("calm", count === 0);
  }
  showTimes(overview.times);
  showTraces(overview.traces);
}

/** Medians in seconds; null where none of them got so far. */
function showTimes(times) {
  if (!times) return;
  for (const tile of element("times").children) {
    const seconds = times[tile.dataset.time];
    tile.querySelector("dd").textContent = seconds === null ? "–" : duration(Math.round(seconds * 1000));
  }
  element("times-of").textContent =
    `Median of the last ${times.leads.toLocaleString("en")}, from arrival, in calendar time.`;
}

function showLost() {
  document.body.classList.add("stale");
  showConnection("lost", "connection lost");
  element("lost").hidden = false;
  const since = answeredAt === null ? "" : ` What you see is ${age(Date.now() - answeredAt)} old.`;
  element("lost").textContent = `Connection lost, retrying every ${POLL_MS / 1000} s.${since}`;
}

function showConnection(state, text) {
  element("connection").dataset.state = state;
  element("connection").textContent = text;
}

function showTraces(traces) {
  element("empty").hidden = traces.length > 0;
  const shown = traces.map((trace) => {
    const key = `${trace.traceId} ${trace.receivedAt}`;
    const source = JSON.stringify(trace);
    const known = rows.get(key);
    return known?.source === source ? [key, known] : [key, { source, trace, row: traceRow(trace) }];
  });
  rows.clear();
  for (const [key, entry] of shown) rows.set(key, entry);
  const wanted = shown.map(([, { row }]) => row);
  const list = element("traces");
  const isSame =
    list.children.length === wanted.length && wanted.every((row, at) => list.children[at] === row);
  if (!isSame) list.replaceChildren(...wanted);
  showAges();
}

function showAges() {
  for (const { trace, row } of rows.values()) {
    row.querySelector("time").textContent = `${age(Date.now() + skew - Date.parse(trace.receivedAt))} ago`;
  }
}

function traceRow(trace) {
  const stages = trace.stages ?? [];
  const row = make("li", `trace ${trace.status}`);
  const head = make("div", "head");
  const time = make("time");
  time.dateTime = trace.receivedAt;
  time.title = new Date(trace.receivedAt).toLocaleString();
  head.append(make("span", "status", statusOf(trace)), make("span", "path", trace.path), time);
  const routed = stages.find(({ stage }) => stage === "route");
  if (routed) head.append(make("span", "took", `${duration(since(trace, routed))} to routed`));
  const line = make("ol", "stages");
  for (const group of together(trace, stages)) line.append(group);
  if (trace.status === "pending") line.append(make("li", "stage waiting", "waiting for its turn"));
  const id = make("code", "id", trace.traceId);
  id.title = "trace id";
  row.append(head, line, id);
  return row;
}

/** Each stage once, with the milliseconds since the arrival where the instant changes. */
function together(trace, stages) {
  let last = 0;
  return inOrder(stages).map(({ stage, at }) => {
    const item = make("li", `stage ${stage.replaceAll(" ", "-")}`, stage);
    const passed = since(trace, { at });
    if (passed > last) item.append(make("small", "", `+${duration(passed)}`));
    last = Math.max(last, passed);
    return item;
  });
}

/** By the pipeline first: a clock counts from the arrival and would else stand before what led to it. */
function inOrder(stages) {
  const place = (stage) => (PIPELINE.includes(stage) ? PIPELINE.indexOf(stage) : PIPELINE.length);
  return stages.toSorted((one, other) => place(one.stage) - place(other.stage));
}

function statusOf({ status, outcome }) {
  const words = { lead_created: "new lead", touch_added: "known lead, new touch" };
  if (status === "pending") return "pending";
  const text = words[outcome] ?? (outcome ?? status).replaceAll("_", " ");
  return status === "processed" ? text : `${status}: ${text}`;
}

function since(trace, { at }) {
  return Math.max(0, Date.parse(at) - Date.parse(trace.receivedAt));
}

function duration(ms) {
  if (ms < 10_000) return `${ms.toLocaleString("en")} ms`;
  return age(ms);
}

function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
