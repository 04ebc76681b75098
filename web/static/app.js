// What pages do beyond links and forms: keys, copying with the citation, the drop zone. Everything works without it.
(() => {
  const said = document.getElementById("said");
  const say = (words) => {
    said.textContent = words;
    said.classList.add("on");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => said.classList.remove("on"), 2500);
  };

  // Copying a quote takes its citation and its link along.
  const copy = async (quote) => {
    const words = `${quote.dataset.copy}\n${quote.dataset.link}`;
    try {
      await navigator.clipboard.writeText(words);
      say("Copied, with its citation.");
    } catch {
      say("The browser did not allow copying.");
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button.closest(".quote"));
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
  });
  // Words selected in a quote or a turn by hand are copied with the citation as well.
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const quote = selection.anchorNode?.parentElement?.closest(".quote, .turn");
    if (!quote || selection.isCollapsed || !quote.contains(selection.focusNode)) return;
    const { citation } = quote.dataset;
    event.clipboardData.setData("text/plain", `“${selection.toString().trim()}” ${citation}\n${quote.dataset.link}`);
    event.preventDefault();
    say("Copied, with its citation.");
  });

  // Keys. Never while somebody writes.
  const steps = () => [...document.querySelectorAll("[data-step]")];
  const step = (by) => {
    const all = steps();
    const at = all.indexOf(document.activeElement);
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "center" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const chosen = document.activeElement?.closest("[data-step]");
    if (event.key === "/") document.querySelector(".big-search input, [data-key='/']").focus();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "c" && chosen?.matches(".quote")) copy(chosen);
    else if (event.key === "Enter" && chosen === event.target) chosen.querySelector("a.open")?.click();
    else if (event.key === "?") document.getElementById("keys").showModal();
    else return;
    event.preventDefault();
  });

  // The words a link leads to stand in the middle, with what was said before and after.
  if (location.hash === "#found") {
    addEventListener("load", () => document.getElementById("found")?.scrollIntoView({ block: "center", behavior: "instant" }));
  }

  // On a narrow screen the filters come after the results, folded.
  if (matchMedia("(max-width: 991px)").matches) document.querySelector(".side-fold")?.removeAttribute("open");

  // The drop zone: what is dropped or chosen is listed before it is sent.
  const drop = document.getElementById("drop");
  if (!drop) return;
  const input = document.getElementById("files");
  const list = document.getElementById("chosen");
  const show = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name}, ${file.size >= 1048576 ? (file.size / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(file.size / 1024)) + " KB"}`;
      return item;
    }));
  };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    show();
  });
  const study = document.querySelector("select[name=study]");
  const fresh = document.querySelector("[data-for-new]");
  const fit = () => { if (study) { fresh.hidden = Boolean(study.value); fresh.querySelector("input").disabled = fresh.hidden; } };
  study?.addEventListener("change", fit);
  fit();
  document.getElementById("upload")?.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button.btn-primary");
    button.disabled = true;
    button.textContent = "Sending …";
  });
})();
