// The door on a telephone: noted here first, sent as soon as there is a connection. Without this
// file the page has plain forms that do the same.

import { Book, chosen, clock, codeIn, say } from "./door_book.js";
import { CameraControls, prepare } from "./door_camera.js";
import { exchange } from "./door_line.js";
import { erase, open, remember } from "./door_store.js";

const SHOWN = 30; // parties; more are searched for
const LATEST = 8;
const AGAIN = 20_000; // milliseconds between two tries
const root = document.querySelector("[data-door]");
const words = JSON.parse(document.getElementById("door-words").textContent);
const part = (name) => root.querySelector(`[data-${name}]`);

let store;
let book;
let connection = ""; // "", "offline", "signed_out", "trouble"
let sending = false;
let ticking = 0;
let scanned = ""; // the code that was scanned and is not let in yet

// --- Noting -----------------------------------------------------------------------------------------

async function note(code, people) {
  await store.note({
    key: crypto.randomUUID(),
    code,
    name: book.party(code).name,
    people,
    at: book.at,
    arrived_at: Date.now(),
    undone: false,
    known: false,
    sent: false,
  });
  await refresh();
  send();
}

async function undo(key) {
  const found = book.notes.find((one) => one.key === key);
  await store.note({ ...found, undone: true, sent: false });
  await refresh();
  send();
}

// --- Sending ----------------------------------------------------------------------------------------

async function send() {
  if (sending || !store) return;
  sending = true;
  const notes = book.unsent;
  draw();
  try {
    const heard = await exchange(root.dataset.sync, { seen: book.seen, notes });
    connection = heard.connection;
    if (heard.answer && store) {
      await store.answered(heard.answer, notes);
      remember(root.dataset.slug, Date.parse(heard.answer.until));
    }
  } catch {
    connection = "offline"; // the answer could not be kept: what it says is asked for again
  } finally {
    sending = false;
  }
  await refresh();
  // What was noted meanwhile.
  if (!connection && book.unsent.length) send();
}

async function refresh() {
  if (!store) return; // erased meanwhile
  const facts = {};
  for (const key of ["walkIns", "places", "seen", "asOf", "at"]) facts[key] = await store.fact(key);
  const [parties, notes] = await Promise.all([store.all("parties"), store.all("notes")]);
  book = new Book({ parties, notes, facts });
  draw();
}

// --- Drawing ----------------------------------------------------------------------------------------

// Only what changed, so that what was read aloud is not read again.
function put(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

const clone = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);

function draw() {
  const unsent = book.unsent.length;
  const state = [unsent ? say(words.unsent, unsent) : words.sent];
  if (connection) state.push(words[connection]);
  if (book.asOf) state.push(say(words.as_of, clock(book.asOf)));
  put(part("state"), state.join(" "));
  part("state").classList.toggle("notice--warning", unsent > 0 || Boolean(connection));
  part("sign-in").hidden = connection !== "signed_out";

  const { here, walkIns, expected, registered } = book.numbers;
  put(part("here"), here + walkIns);
  put(part("registered"), say(words[registered], here, expected));
  put(part("walk-ins"), say(words.walk_in_count, walkIns));
  drawPlaces();
  drawScanned();
  drawParties();
  drawNotices();
  drawLatest();
}

function drawPlaces() {
  const select = part("places");
  part("place").hidden = book.places.length < 2;
  if (document.activeElement === select) return;
  const options = book.places.map(([key, name]) => new Option(name, key, false, key === book.at));
  select.replaceChildren(...options);
}

function drawParties() {
  const found = book.found(part("q").value, part("missing").checked);
  const shown = found.slice(0, SHOWN);
  // Whoever is at a party's button or number stays there.
  const { focus } = document.activeElement?.dataset || {};
  if (part("parties").contains(document.activeElement) && document.activeElement.matches("select")) return;
  part("parties").replaceChildren(...shown.map(card));
  if (focus) part("parties").querySelector(`[data-focus="${focus}"]`)?.focus();
  const rest = found.length - shown.length;
  put(part("rest"), found.length ? (rest ? say(words.more, rest) : "") : words.nobody);
}

function drawScanned() {
  const place = part("sheet");
  if (place.contains(document.activeElement) && place.dataset.code === scanned) return;
  place.dataset.code = scanned;
  const drawn = scanned ? [card(book.party(scanned))] : [];
  drawn.forEach((one) => one.classList.add("door-party--found"));
  place.replaceChildren(...drawn);
}

function card(party) {
  const made = clone("door-party");
  const inside = (name) => made.querySelector(`[data-${name}]`);
  const state = book.state(party);
  put(inside("name"), party.name);
  put(inside("code"), party.code);
  put(inside("size"), party.isStrange ? "" : say(party.size > 1 ? words.size : words.size_one, party.size));
  const status = inside("status");
  if (party.isStrange) put(status, words.unknown);
  else if (!state.here) put(status, words.none_here);
  else if (state.missing) put(status, say(words.some_here, state.here, party.size, state.since));
  else put(status, say(words.all_here, state.since));
  if (state.signedUp) put(inside("signed-up"), `· ${say(words.signed_up, state.signedUp)}`);
  if (!party.isStrange) status.className = `status status--${state.here ? "confirmed" : "waiting"}`;
  inside("doubled").hidden = !state.doubled;

  const numbers = Array.from({ length: state.missing }, (_, at) => at + 1);
  if (!party.isStrange) numbers.reverse(); // all who are missing first
  const choose = inside("people");
  choose.replaceChildren(...numbers.map((number) => new Option(number, number)));
  choose.value = state.likely;
  choose.addEventListener("change", () => chosen.set(party.code, choose.value));
  choose.hidden = numbers.length < 2;
  choose.setAttribute("aria-label", say(words.how_many, party.name));
  const button = inside("let-in");
  button.hidden = !numbers.length;
  button.dataset.focus = party.code;
  button.setAttribute("aria-label", say(words.let_in, party.name));
  button.addEventListener("click", () => {
    scanned = "";
    chosen.delete(party.code);
    button.blur();
    note(party.code, Number(choose.value));
  });
  return made;
}

function drawNotices() {
  const lines = [
    ...book.doubled.map(({ name, here }) => say(words.doubled, name, here)),
    ...book.unexpected.map((one) => say(words.walk_in, one.name)),
    ...book.refused.map((one) => say(words.refused, one.name || words.walk_ins)),
  ];
  const list = part("notices").querySelector("ul");
  part("notices").hidden = !lines.length;
  if (list.dataset.lines === lines.join("\n")) return;
  list.dataset.lines = lines.join("\n");
  list.replaceChildren(
    ...lines.map((textContent) => Object.assign(document.createElement("li"), { textContent })),
  );
}

function drawLatest() {
  part("latest").hidden = !book.notes.length;
  const rows = book.notes.slice(0, LATEST).map((one) => {
    const made = clone("door-note");
    const line = [clock(one.arrived_at), one.code ? one.name : words.walk_ins, one.people];
    if (one.undone) line.push(words.undone);
    put(made.querySelector("[data-line]"), line.join(" · "));
    made.querySelector("[data-unsent]").hidden = one.sent;
    const button = made.querySelector("[data-undo]");
    button.hidden = one.undone || one.outcome === "refused";
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${line.join(" · ")}`);
    button.addEventListener("click", () => undo(one.key));
    return made;
  });
  part("latest").querySelector("ul").replaceChildren(...rows);
}

// --- The camera -------------------------------------------------------------------------------------

const camera = new CameraControls(root, words, (text) => {
  scanned = codeIn(text);
  drawScanned();
  part("sheet").querySelector("button:not([hidden])")?.focus();
  return Boolean(scanned);
});
document.addEventListener("visibilitychange", () => {
  if (!store) return;
  if (document.hidden) camera.stop();
  else send();
});

// --- What else can be pressed -----------------------------------------------------------------------

part("q").addEventListener("input", drawParties);
part("missing").addEventListener("change", drawParties);
part("find").addEventListener("submit", (event) => event.preventDefault());
part("places").addEventListener("change", async () => {
  chosen.clear();
  await store.place(part("places").value);
  refresh();
});
part("count").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = part("count").querySelector("input");
  note("", Number(field.value));
  field.value = 1;
});
part("erase").addEventListener("click", () => {
  const unsent = book.unsent.length;
  if (!unsent || window.confirm(say(words.erase, unsent))) leave();
});

async function leave() {
  camera.stop();
  clearInterval(ticking);
  store.close();
  store = null;
  await erase(root.dataset.slug);
  const said = Object.assign(document.createElement("p"), { textContent: words.erased });
  said.className = "notice notice--success";
  said.setAttribute("role", "status");
  root.replaceChildren(said);
}

// --- From the beginning -----------------------------------------------------------------------------

async function keepWorking() {
  if (!("serviceWorker" in navigator)) return;
  await prepare(root.dataset.decoder).catch(() => {});
  await navigator.serviceWorker.register(root.dataset.worker);
  const { active } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.addEventListener("message", () => (root.dataset.kept = "true"));
  const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  // Asked for by the next page only, which may be without a connection.
  files.push(document.querySelector("[data-after]").dataset.after);
  active.postMessage({ keep: [...new Set(files.filter((file) => file.startsWith("/static/")))] });
}

async function begin() {
  store = await open(root.dataset.slug);
  await refresh();
  // Only now: a browser that keeps nothing (some private windows) goes on with the plain forms.
  root.hidden = false;
  document.querySelector("[data-door-plain]")?.remove();
  remember(root.dataset.slug, Date.parse(root.dataset.until));
  await send();
  if (Date.now() > Date.parse(root.dataset.until) && !book.unsent.length) {
    await leave();
    return;
  }
  ticking = setInterval(() => document.hidden || send(), AGAIN);
  window.addEventListener("online", send);
  window.addEventListener("offline", send);
  await keepWorking();
}

begin().catch((error) => console.info("The door keeps nothing on this device:", error));
