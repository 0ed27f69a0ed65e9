// Rows of inputs that can be added and removed. Without this script the two empty rows at the end do the same, more slowly.
"use strict";

const ROW_MARK = /__row__/g;

function showButtons(root) {
  for (const button of root.querySelectorAll("[data-needs-script]")) button.hidden = false;
}

function numbered(fragment, number) {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      // People count from one, names of inputs from nought.
      node.data = node.data.replace(ROW_MARK, String(number + 1));
      continue;
    }
    for (const attribute of node.attributes) {
      const shown = attribute.name === "aria-label" ? number + 1 : number;
      attribute.value = attribute.value.replace(ROW_MARK, String(shown));
    }
  }
  return fragment;
}

function tellForm(element) {
  // Whatever watches the form for unsaved text hears of a row as it hears of a key.
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

function addRow(rows) {
  const list = rows.querySelector("[data-row-list]");
  if (list.querySelectorAll("[data-row]").length >= Number(rows.dataset.max)) return;
  // Numbers only ever grow, so that a removed row's number is not given twice.
  const number = Number(rows.dataset.rows);
  rows.dataset.rows = String(number + 1);
  list.append(numbered(rows.querySelector("template").content.cloneNode(true), number));
  const added = list.lastElementChild;
  showButtons(added);
  tellForm(added);
  added.querySelector("input, select, textarea").focus();
}

function removeRow(row) {
  const rows = row.closest("[data-rows]");
  const list = row.parentElement;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  tellForm(list);
  (neighbour ?? rows).querySelector("input:not([type=hidden]), select, textarea, [data-add-row]")?.focus();
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add-row]");
  const remove = event.target.closest("[data-remove-row]");
  if (add) addRow(add.closest("[data-rows]"));
  if (remove) removeRow(remove.closest("[data-row]"));
});
document.addEventListener("DOMContentLoaded", () => showButtons(document));
document.addEventListener("htmx:load", (event) => showButtons(event.target));
