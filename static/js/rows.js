// Rows of inputs that can be added and removed. Without this script the two empty rows at the end do the same, more slowly.
"use strict";

{
  const MARK = /__row__/g;
  const INPUTS = "input:not([type=hidden]), select, textarea";

  const rowsOf = (group) => [...group.querySelectorAll("[data-row]")];
  const inputsOf = (row) => [...row.querySelectorAll(INPUTS)];
  const isEmpty = (row) => inputsOf(row).every((input) => !input.value.trim());

  function prepare(root) {
    for (const button of root.querySelectorAll("[data-needs-script]")) button.hidden = false;
    for (const group of root.querySelectorAll("[data-rows]")) hideSpareCards(group);
  }

  // An empty card is tall, and the button brings it back; one stays when there is nothing else.
  function hideSpareCards(group) {
    const cards = rowsOf(group).filter((row) => row.matches(".rowcard"));
    const spare = cards.filter((row) => "blank" in row.dataset && isEmpty(row));
    for (const row of spare.slice(spare.length === cards.length ? 1 : 0)) row.hidden = true;
  }

  function numbered(fragment, number) {
    const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      // People count from one, names of inputs from nought.
      if (node.nodeType === Node.TEXT_NODE) {
        node.data = node.data.replace(MARK, String(number + 1));
        continue;
      }
      for (const attribute of node.attributes) {
        attribute.value = attribute.value.replace(MARK, String(attribute.name === "aria-label" ? number + 1 : number));
      }
    }
    return fragment;
  }

  function append(group) {
    const list = group.querySelector("[data-row-list]");
    const number = Number(group.dataset.rows);
    group.dataset.rows = String(number + 1);
    list.append(numbered(group.querySelector("template").content.cloneNode(true), number));
    prepare(list.lastElementChild);
    return list.lastElementChild;
  }

  // Whatever watches the form for unsaved text hears of a row as it hears of a key.
  const tellForm = (row) => inputsOf(row)[0]?.dispatchEvent(new Event("input", { bubbles: true }));

  function add(group) {
    if (rowsOf(group).filter((row) => !row.hidden).length >= Number(group.dataset.max)) return;
    const row = rowsOf(group).find((other) => other.hidden && isEmpty(other)) ?? append(group);
    row.hidden = false;
    tellForm(row);
    inputsOf(row)[0].focus();
  }

  // An emptied row is dropped by the server; it stays in the page so that the copy of unsaved text knows of it.
  function remove(row) {
    const group = row.closest("[data-rows]");
    for (const input of inputsOf(row)) input.value = "";
    row.hidden = true;
    tellForm(row);
    const shown = rowsOf(group).filter((other) => !other.hidden);
    (shown.length ? inputsOf(shown[shown.length - 1])[0] : group.querySelector("[data-add-row]")).focus();
  }

  // Rows that were added and not saved need their inputs back before the text can be put into them.
  function makeRoom(form, fields) {
    for (const group of form.querySelectorAll("[data-rows]")) {
      if (!group.querySelector("template")) continue;
      for (const [address, value] of Object.entries(fields)) {
        const found = address.startsWith(`${group.dataset.name}-`) && address.slice(group.dataset.name.length + 1).match(/^(\d+)-/);
        if (!found || !String(value).trim() || Number(found[1]) >= Number(group.dataset.max) * 2) continue;
        while (Number(group.dataset.rows) <= Number(found[1])) append(group).hidden = true;
        const input = form.elements.namedItem(address.slice(0, address.lastIndexOf(":")));
        if (input instanceof Element) input.closest("[data-row]").hidden = false;
      }
    }
  }

  document.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-add-row]");
    const removing = event.target.closest("[data-remove-row]");
    if (adding) add(adding.closest("[data-rows]"));
    if (removing) remove(removing.closest("[data-row]"));
  });
  document.addEventListener("drafts:restore", (event) => makeRoom(event.target, event.detail));
  document.addEventListener("htmx:load", (event) => prepare(event.target));
  // The script is deferred, so the page stands; a draft is put back after this.
  prepare(document);
}
