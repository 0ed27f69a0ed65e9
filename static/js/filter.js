// A box that narrows a long table to the rows whose words hold what is typed. Without this script every row is there.
"use strict";

{
  const LONG = 8;

  function prepare(box) {
    const rows = [...document.querySelectorAll(`${box.dataset.filter} > tr`)];
    if (rows.length <= LONG) return;
    const frame = box.closest("[data-filter-frame]");
    const count = frame.querySelector("[data-filter-count]");
    frame.hidden = false;
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.dataset.words.includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = wanted ? `${shown} of ${rows.length} columns` : "";
    });
    // Enter in the box looks for a column; it does not save the form around it.
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }

  for (const box of document.querySelectorAll("[data-filter]")) prepare(box);
}
