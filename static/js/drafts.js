// Nothing typed is ever lost: a form with data-guard keeps a copy of itself in this tab until the server has taken it.
// The copy survives an expired session, a conflict, an error page and a closed connection, and is put back afterwards.
// A form with data-autosave keeps its copy in this browser, closed tabs included, until the server has the draft.

const PREFIX = "tenet:draft:";
const NOT_KEPT = new Set(["hidden", "password", "file", "submit", "button", "reset"]);
const user = document.body.dataset.user || "";
const dirty = new Set();

const keyOf = (form) => `${PREFIX}${user}:${form.dataset.guard || location.pathname}#${form.id}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NOT_KEPT.has(field.type));

function valueOf(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked;
  if (field.type === "select-multiple") return [...field.selectedOptions].map((option) => option.value);
  return field.value;
}

function put(field, value) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = value;
  else if (field.type === "select-multiple") for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

// Fields may share a name (rows, radios), so each is found by its name and its place among the bearers of that name.
function* addressed(form) {
  const seen = {};
  for (const field of fieldsOf(form)) {
    const place = (seen[field.name] = (seen[field.name] ?? -1) + 1);
    yield [`${field.name}:${place}`, field];
  }
}

const snapshot = (form) => Object.fromEntries([...addressed(form)].map(([address, field]) => [address, valueOf(field)]));

function storedIn(storage) {
  return Object.keys(storage).filter((key) => key.startsWith(PREFIX)).map((key) => [key, JSON.parse(storage.getItem(key))]);
}

function stored() {
  try { return [...storedIn(sessionStorage), ...storedIn(localStorage)]; } catch { return []; }
}

function keep(key, draft) {
  const storage = draft.lasts ? localStorage : sessionStorage;
  try { storage.setItem(key, JSON.stringify(draft)); } catch { /* full or forbidden: the warning on leaving remains */ }
}

function drop(key) {
  try { sessionStorage.removeItem(key); localStorage.removeItem(key); } catch { /* nothing was kept */ }
}

const forget = (form) => drop(keyOf(form));

// What is kept of a form: also the revision it rests on, so that text put back later is compared with what came between.
const copyOf = (form, sent) => ({
  fields: snapshot(form), sent, lasts: "autosave" in form.dataset, basedOn: form.elements.based_on?.value ?? "",
});

// A draft that was sent counts as taken once an ordinary page follows; the pages for signing in and for errors say no.
function settle() {
  // A proof of identity stands between the form and the server; whether the form is taken shows afterwards.
  if ("pending" in document.body.dataset) return;
  const arrived = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  const refused = "unsaved" in document.body.dataset || document.querySelector("[data-invalid]");
  for (const [key, draft] of stored()) {
    if (!draft.sent) continue;
    if (arrived && !refused) drop(key);
    else keep(key, { ...draft, sent: false });
  }
}

function restore(form) {
  const draft = stored().find(([key]) => key === keyOf(form))?.[1];
  // A form that comes back with errors already carries what was typed.
  if (!draft || form.querySelector("[aria-invalid='true']") || document.querySelector("[data-invalid]")) return;
  // Rows that were added to the form make room for themselves.
  form.dispatchEvent(new CustomEvent("drafts:restore", { bubbles: true, detail: draft.fields }));
  const changed = [...addressed(form)].filter(([address, field]) => address in draft.fields && String(draft.fields[address]) !== String(valueOf(field)));
  if (!changed.length) { forget(form); return; }
  const before = snapshot(form);
  for (const [address, field] of changed) put(field, draft.fields[address]);
  if (draft.basedOn && form.elements.based_on) form.elements.based_on.value = draft.basedOn;
  dirty.add(form);
  form.prepend(notice(form, changed.map(([, field]) => field), before));
  changed[0][1].dispatchEvent(new Event("input", { bubbles: true }));
}

function nameOf(field) {
  const words = field.closest(".field-choices")?.querySelector("legend") || field.labels?.[0];
  return words?.firstChild?.textContent.trim() || field.getAttribute("aria-label") || field.name;
}

function notice(form, fields, before) {
  const note = document.createElement("div");
  note.className = "note info error-summary";
  note.setAttribute("role", "status");
  const text = document.createElement("div");
  const names = [...new Set(fields.map(nameOf))];
  const line = document.createElement("p");
  line.textContent = `We put back what you typed and had not saved: ${names.join(", ")}.`;
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain btn-sm mt-2", textContent: "Use what is saved instead" });
  undo.addEventListener("click", () => {
    for (const [address, field] of addressed(form)) if (address in before) put(field, before[address]);
    clean(form);
    note.remove();
  });
  text.append(line, undo);
  note.append(text);
  return note;
}

function clean(form) {
  dirty.delete(form);
  forget(form);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("guard" in form.dataset) || !event.target.name) return;
  dirty.add(form);
  keep(keyOf(form), copyOf(form, false));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("clearsDrafts" in form.dataset) for (const [key] of stored()) drop(key);
  if (form.dataset.forgets) drop(`${PREFIX}${user}:${form.dataset.forgets}`);
  if (!("guard" in form.dataset) || event.defaultPrevented) return;
  if (dirty.has(form)) keep(keyOf(form), copyOf(form, true));
  dirty.delete(form);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-guard]");
  if (form) form.sentFields = JSON.stringify(snapshot(form));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-guard]");
  if (!form || event.detail.requestConfig?.verb === "get") return;
  const status = event.detail.xhr.status;
  // What was typed while the request was under way is not saved yet.
  if (status >= 200 && status < 300 && form.sentFields === JSON.stringify(snapshot(form))) clean(form);
});

window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

// The server has the draft: neither the copy nor the warning on leaving is needed any more.
document.addEventListener("drafts:taken", (event) => clean(event.target));

settle();
for (const page of document.querySelectorAll("[data-taken]")) drop(`${PREFIX}${user}:${page.dataset.taken}`);
for (const form of document.querySelectorAll("form[data-guard]")) restore(form);
