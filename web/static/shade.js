// Light or dark, before anything is drawn: what was chosen here, else what the system prefers.
(() => {
  const prefers = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("shade"); } catch { /* private windows may have no storage */ }
  const show = () => { document.documentElement.dataset.bsTheme = chosen || (prefers.matches ? "dark" : "light"); };
  prefers.addEventListener("change", show);
  show();
  addEventListener("DOMContentLoaded", () => document.getElementById("shade")?.addEventListener("click", () => {
    chosen = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try { localStorage.setItem("shade", chosen); } catch { /* then it lasts as long as the page */ }
    show();
  }));
})();
