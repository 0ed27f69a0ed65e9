// A form with data-autosave is sent to that address after every pause in typing, as a draft that only its author sees.
// Its data-save-state line says how that went; without this script the form is saved as ever, by its button.
"use strict";

{
  const PAUSE = 800;
  const RETRY = 15000;
  const OFFLINE = "Not saved, you are offline: kept in this browser";
  const REFUSED = "Not saved: you were signed out, or may no longer write here. Your text is kept in this browser.";

  function watch(form) {
    const line = form.querySelector("[data-save-state]");
    const stop = new AbortController();
    let timer = 0;
    let isRunning = false;
    let isWaiting = false;

    const tell = (text, isBad = false) => {
      line.textContent = text;
      line.classList.toggle("bad", isBad);
    };
    const later = (wait) => { clearTimeout(timer); isWaiting = true; timer = setTimeout(send, wait); };
    const written = () => JSON.stringify([...new FormData(form)]);

    async function send({ isLast = false } = {}) {
      clearTimeout(timer);
      if (isRunning && !isLast) { later(PAUSE); return; }
      isRunning = true;
      isWaiting = false;
      const before = written();
      tell("Saving…");
      try {
        const response = await fetch(form.dataset.autosave, {
          method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", keepalive: isLast, signal: stop.signal,
        });
        await hear(response, before);
      } catch {
        if (stop.signal.aborted) return;
        tell(OFFLINE, true);
        later(RETRY);
      } finally {
        isRunning = false;
      }
    }

    async function hear(response, before) {
      if (!response.headers.get("Content-Type")?.includes("json")) { tell(REFUSED, true); return; }
      const answer = await response.json();
      tell(answer.said, answer.state !== "saved");
      // What was typed while the request was under way is sent after the next pause.
      if (response.ok && before === written()) form.dispatchEvent(new CustomEvent("drafts:taken", { bubbles: true }));
    }

    form.addEventListener("input", () => later(PAUSE));
    // The revision takes the draft's place; a draft that arrives after it would only come back to its author.
    form.addEventListener("submit", () => { clearTimeout(timer); isWaiting = false; stop.abort(); });
    window.addEventListener("online", () => { if (isWaiting) send(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && isWaiting) send({ isLast: true }); });
  }

  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}
