// What every page shares: theme switch, confirmation, copying, keyboard, and manners for htmx.
// Markup asks for behaviour with data attributes; nothing here knows a page by name.

const say = (text) => { document.getElementById("live").textContent = text; };

// ---------- theme ----------
const THEMES = { auto: "follows your system", light: "light", dark: "dark" };
const ORDER = Object.keys(THEMES);

function nameTheme() {
  const now = window.tenetTheme.read();
  const next = ORDER[(ORDER.indexOf(now) + 1) % ORDER.length];
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    const words = `Theme: ${THEMES[now]}. Switch to ${next}`;
    button.setAttribute("aria-label", words);
    button.title = words;
  }
  return next;
}

// ---------- confirmation, in the browser's own dialog ----------
function ask(title, detail, yes) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-title").textContent = title;
  dialog.querySelector("#confirm-detail").textContent = detail || "";
  dialog.querySelector("#confirm-yes").textContent = yes || "Go on";
  dialog.returnValue = "no";
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || form.dataset.confirmed) { delete form.dataset.confirmed; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(source.dataset.confirm, source.dataset.confirmDetail, source.dataset.confirmYes)) {
    form.dataset.confirmed = "1";
    form.requestSubmit(event.submitter?.form === form ? event.submitter : undefined);
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question)) event.detail.issueRequest(true);
});

// ---------- clicks: copy, open a dialog, switch the theme ----------
async function copy(button) {
  const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
  const text = source ? (source.value ?? source.textContent) : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS browsers offer no clipboard; a selected field still copies.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
  say("Copied");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from], [data-open], [data-close], [data-theme-switch], [data-print]");
  if (!button) return;
  if ("themeSwitch" in button.dataset) {
    window.tenetTheme.choose(nameTheme());
    nameTheme();
    say(`Theme: ${THEMES[window.tenetTheme.read()]}`);
  } else if (button.dataset.open === "keys") showKeys();
  else if (button.dataset.open) document.getElementById(button.dataset.open).showModal();
  else if ("close" in button.dataset) button.closest("dialog").close();
  else if ("print" in button.dataset) window.print();
  else copy(button);
});

// ---------- keyboard: an element with data-key="g h" is reached by typing g, h ----------
const singleKeys = () => { try { return localStorage.getItem("single-keys") !== "off"; } catch { return true; } };
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
let leader = "";

function showKeys() {
  const dialog = document.getElementById("keys");
  const rows = [["?", "List the shortcuts"], ["Ctrl Enter", "Send the form you are in"]];
  const seen = new Set();
  for (const target of document.querySelectorAll("[data-key]")) {
    if (seen.has(target.dataset.key)) continue;
    seen.add(target.dataset.key);
    rows.push([target.dataset.key, target.dataset.keyLabel || target.textContent.trim()]);
  }
  dialog.querySelector("#keys-list").replaceChildren(...rows.flatMap(([keys, label]) => {
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = label;
    keys.split(" ").forEach((key, index) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      if (index) definition.append(" ");
      definition.append(cap);
    });
    return [term, definition];
  }));
  dialog.querySelector("#keys-off").checked = !singleKeys();
  dialog.showModal();
}

document.addEventListener("change", (event) => {
  if (event.target.id !== "keys-off") return;
  try { localStorage.setItem("single-keys", event.target.checked ? "off" : "on"); } catch { /* asked again next time */ }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form");
    if (form && form.method !== "dialog") { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
  if (!singleKeys() || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { event.preventDefault(); showKeys(); return; }
  const keys = leader ? `${leader} ${event.key}` : event.key;
  leader = !leader && event.key === "g" ? "g" : "";
  const target = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("a, button, summary")) target.click(); else target.focus();
});

// ---------- htmx: the token on every write, focus and words after a swap ----------
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const added = event.detail.target;
  const target = added.matches?.("[data-focus]") ? added : added.querySelector?.("[data-focus]");
  if (target) target.focus();
});

function failed(text) {
  const box = document.getElementById("messages");
  if (!box) return;
  const note = document.createElement("div");
  note.className = "note bad";
  note.append(Object.assign(document.createElement("p"), { textContent: text }));
  box.replaceChildren(note);
}

document.addEventListener("htmx:sendError", () => failed("Tenet could not be reached, so nothing was saved. Check your connection and try again; what you typed is kept."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) { location.reload(); return; }
  failed(status === 403 ? "Your role does not allow this, or the page was open for too long. Load the page again; what you typed is kept."
    : status === 404 ? "This is no longer there. Load the page again."
    : "This could not be done because of a fault on our side. Nothing was changed; try again.");
});

// ---------- Alpine (CSP build): logic here, attributes only name it ----------
document.addEventListener("alpine:init", () => {
  // Something that opens and closes in place.
  window.Alpine.data("reveal", () => ({
    open: false,
    get closed() { return !this.open; },
    toggle() { this.open = !this.open; },
  }));
});

// MLflow's client prints addresses such as /#/experiments/3/runs/…, whose end never reaches a server.
if (/^#\/(experiments|models)\//.test(location.hash)) location.replace(`/mlflow${location.hash.slice(1)}`);

nameTheme();
document.querySelector("[data-focus]")?.focus();
for (const row of document.querySelectorAll(".tabs, .blocks, .account-nav ul")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
