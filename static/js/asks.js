// A long list of questions, one at a time on a narrow screen. Questions that the answers so far make needless are hidden;
// the server judges the same conditions again, so without this script the list is whole and nothing else changes.

const narrow = matchMedia("(max-width: 900px)");

for (const form of document.querySelectorAll("form[data-asks]")) {
  const asks = [...form.querySelectorAll("[data-ask]")];
  const parts = [...form.querySelectorAll("[data-part]")];
  const bar = form.querySelector("[data-asks-bar]");
  const steps = form.querySelector("[data-asks-steps]");
  const save = form.querySelector(".save");
  const names = Object.fromEntries(asks.map((ask) => [ask.dataset.ask, ask.dataset.name]));
  let single = narrow.matches && !form.querySelector("[data-wrong]");
  let current = null;

  const given = (key) => [...form.elements]
    .filter((field) => (field.name === names[key] || field.name === `${names[key]}-answer`) && field.value)
    .filter((field) => field.tagName === "TEXTAREA" || field.checked)
    .map((field) => field.value);
  const isShown = (key) => !form.querySelector(`[data-ask="${key}"]`).hasAttribute("data-skipped");
  const holds = (group) => group.some(([key, values]) => isShown(key) && given(key).some((value) => values.includes(value)));

  function judge() {
    for (const ask of asks) {
      const groups = ask.dataset.when ? JSON.parse(ask.dataset.when) : [];
      ask.toggleAttribute("data-skipped", !groups.every(holds));
    }
  }

  function draw() {
    judge();
    const asked = asks.filter((ask) => !ask.hasAttribute("data-skipped"));
    if (!asked.includes(current)) current = asked.find((ask) => !given(ask.dataset.ask).length) || asked[0];
    for (const ask of asks) ask.hidden = !asked.includes(ask) || (single && ask !== current);
    for (const part of parts) part.hidden = !part.querySelector("[data-ask]:not([hidden])");
    const answered = asked.filter((ask) => given(ask.dataset.ask).length).length;
    const place = asked.indexOf(current);
    bar.hidden = false;
    form.toggleAttribute("data-single", single);
    bar.querySelector("[data-asks-count]").textContent = single
      ? `Question ${place + 1} of ${asked.length}` : `${answered} of ${asked.length} answered`;
    bar.querySelector(".meter > i").className = `w-${Math.round((100 * answered) / asked.length)}`;
    bar.querySelector("[data-asks-mode]").textContent = single ? "Show the whole list" : "One at a time";
    steps.hidden = !single;
    steps.querySelector("[data-asks-back]").disabled = place === 0;
    steps.querySelector("[data-asks-next]").hidden = place === asked.length - 1;
    save.hidden = single && place < asked.length - 1;
    return asked;
  }

  function go(distance) {
    const asked = draw();
    current = asked[Math.max(0, Math.min(asked.length - 1, asked.indexOf(current) + distance))];
    draw();
    const target = current.querySelector("fieldset, textarea");
    target.focus();
    current.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("change", draw);
  form.addEventListener("input", (event) => { if (event.target.tagName === "TEXTAREA") draw(); });
  steps.querySelector("[data-asks-back]").addEventListener("click", () => go(-1));
  steps.querySelector("[data-asks-next]").addEventListener("click", () => go(1));
  bar.querySelector("[data-asks-mode]").addEventListener("click", () => { single = !single; draw(); });
  draw();
}
