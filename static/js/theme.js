// Runs before first paint so that the chosen theme never flashes. Without a choice the system decides.
(function () {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function read() {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  }

  function apply() {
    const choice = read();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    root.setAttribute("data-theme-choice", choice);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  }

  window.tenetTheme = {
    read,
    choose(choice) {
      try { localStorage.setItem("theme", choice); } catch { /* a browser without storage follows the system */ }
      apply();
    },
  };
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  apply();
})();
