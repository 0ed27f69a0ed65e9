// What only the pages of a block need: the value statement while one types, members after an @, and shortcuts to a form.
"use strict";

{
  // ---------- the five parts as one sentence ----------
  function tellStatement(box) {
    const output = box.querySelector("output");
    const parts = box.dataset.statement.trim().split(/\s+/).map((id) => document.getElementById(id)?.value.trim().replace(/\.+$/, "") || "");
    if (!parts.some(Boolean)) return;
    const [customer, need, product, category, benefit] = parts.map((part) => part || "…");
    output.textContent = `For ${customer}, who ${need}, our ${product} is ${category} that ${benefit}.`;
  }

  // ---------- members after an @ ----------
  const list = document.getElementById("mention-list");
  const members = [...document.querySelectorAll("#members > li")].map((item) => ({ username: item.dataset.username, name: item.textContent.trim() }));
  const BEGUN = /(^|[^\w@./+-])@([\w.+-]*)$/;
  let writing = null;
  let chosen = 0;

  const options = () => [...list.children];

  function begun(area) {
    return area.value.slice(0, area.selectionStart).match(BEGUN);
  }

  function offer(area) {
    const typed = begun(area)?.[2].toLowerCase();
    const fitting = typed === undefined ? [] : members.filter(({ username, name }) => username.toLowerCase().includes(typed) || name.toLowerCase().includes(typed)).slice(0, 6);
    if (!fitting.length) { close(); return; }
    writing = area;
    list.replaceChildren(...fitting.map(({ username, name }, index) => {
      const item = document.createElement("li");
      item.id = `mention-${index}`;
      item.setAttribute("role", "option");
      item.dataset.username = username;
      item.textContent = name === username ? `@${username}` : `${name} (@${username})`;
      return item;
    }));
    area.after(list);
    list.hidden = false;
    area.setAttribute("aria-controls", "mention-list");
    point(0);
    document.getElementById("live").textContent = `${fitting.length} member${fitting.length > 1 ? "s" : ""}: use the arrow keys, then Enter`;
  }

  function point(index) {
    const all = options();
    chosen = (index + all.length) % all.length;
    all.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    writing.setAttribute("aria-activedescendant", all[chosen].id);
  }

  function close() {
    if (!list || list.hidden) return;
    list.hidden = true;
    writing.removeAttribute("aria-activedescendant");
    writing.removeAttribute("aria-controls");
  }

  function take(item) {
    const area = writing;
    const start = area.selectionStart - begun(area)[2].length;
    area.setRangeText(`${item.dataset.username} `, start, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  if (list) {
    document.addEventListener("input", (event) => { if (event.target.matches("[data-mentions]")) offer(event.target); });
    document.addEventListener("keydown", (event) => {
      if (list.hidden || event.target !== writing || event.ctrlKey || event.metaKey) return;
      if (event.key === "ArrowDown") point(chosen + 1);
      else if (event.key === "ArrowUp") point(chosen - 1);
      else if (event.key === "Enter" || event.key === "Tab") take(options()[chosen]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) { event.preventDefault(); take(item); }
    });
    document.addEventListener("focusout", (event) => { if (event.target === writing) close(); });
    for (const area of document.querySelectorAll("[data-mentions]")) area.setAttribute("aria-autocomplete", "list");
  }

  // ---------- a comment on one field ----------
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-comment-about]");
    const form = document.getElementById("comment-form");
    if (!link || !form) return;
    event.preventDefault();
    form.elements.field.value = link.dataset.commentAbout;
    form.elements.text.focus();
    form.scrollIntoView({ block: "center" });
  });

  // ---------- two edits: writing a third text chooses it ----------
  for (const editor of document.querySelectorAll("[data-picks]")) {
    editor.addEventListener("input", () => { document.getElementById(editor.dataset.picks).checked = true; });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-merges]")) event.target.closest("fieldset").querySelector("details").open = true;
  });

  for (const box of document.querySelectorAll("[data-statement]")) {
    document.addEventListener("input", (event) => { if (box.dataset.statement.split(/\s+/).includes(event.target.id)) tellStatement(box); });
    tellStatement(box);
  }
}
