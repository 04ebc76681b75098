// The review queue: keys, and decisions without loading the page anew. Everything works without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const queue = byId("queue");
  const line = byId("undo-line");
  if (!queue) return;
  document.querySelector("#keys tbody")?.append(byId("review-keys").content);

  if (matchMedia("(max-width: 700px)").matches) document.querySelector(".filters")?.removeAttribute("open");

  const row_of = (id) => queue.querySelector(`[data-suggestion="${id}"]`);
  const open_rows = () => [...queue.querySelectorAll("[data-suggestion]:not(.decided)")];
  const current = () => document.activeElement?.closest("[data-suggestion]:not(.decided)");
  const focus = (row) => {
    const quote = row?.querySelector(".quote");
    quote?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest", behavior: "instant" });
    return Boolean(quote);
  };
  const move = (by) => {
    const all = open_rows();
    const at = all.indexOf(current());
    focus(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]);
  };
  // Those after a row, then those before it; where none is left, on to the next page.
  const onwards = (row) => {
    const all = [...queue.querySelectorAll("[data-suggestion]")];
    const at = all.indexOf(row);
    const next = [...all.slice(at + 1), ...all.slice(0, at)].find((one) => !one.matches(".decided, .skipped"));
    if (!focus(next)) (byId("go-on") || byId("none-left")).focus();
  };

  // What a decision changes on the page.
  const count = (by) => {
    const bar = byId("progress");
    const number = Math.max(0, Number(bar?.value || 0) + by);
    if (bar) bar.value = number;
    if (bar) byId("decided").textContent = number.toLocaleString("en");
    const left = open_rows().length;
    byId("none-left").hidden = left > 0 || Boolean(byId("go-on"));
    const next = byId("go-on");
    if (!next) return;
    // What was decided is gone from the list: the next page begins that much earlier.
    const address = new URL(next.href);
    address.searchParams.set("skip", Number(queue.dataset.skip) + left);
    next.href = address;
  };
  const shut = (id, told) => {
    const row = row_of(id);
    if (!row || row.matches(".decided")) return;
    const words = document.createElement("p");
    words.className = "decided-line small";
    words.append(...told);
    row.append(words);
    row.classList.add("decided");
    row.classList.remove("skipped");
    row.querySelector(".quote").removeAttribute("data-step");
    const tick = row.querySelector("[name=suggestion]");
    if (tick) tick.checked = false;
  };
  const reopen = (id) => {
    const row = row_of(id);
    row?.querySelector(".decided-line")?.remove();
    row?.classList.remove("decided");
    row?.querySelector(".quote").setAttribute("data-step", "");
    return row;
  };
  const tell = (parts, wrong) => {
    line.replaceChildren(...parts);
    line.classList.add("on");
    line.classList.toggle("wrong", Boolean(wrong));
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => line.classList.remove("on"), 10000);
  };
  const say = (words) => { byId("said").textContent = words; };
  const kept = sessionStorage.getItem("told");
  if (kept) {
    sessionStorage.removeItem("told");
    tell([kept]);
  }

  // Talking to the server, one act after another.
  const send = async (form, submitter) => {
    const address = submitter?.getAttribute("formaction") || form.getAttribute("action");
    const row = form.closest("[data-suggestion]");
    const undoing = address.includes("/undo");
    let answer, page;
    try {
      answer = await fetch(address, { method: "POST", body: new FormData(form, submitter), headers: { "X-Cairn-Part": "1" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return tell(["Cairn cannot be reached. Nothing was changed."], true);
    }
    const done = page.getElementById("done");
    if (!answer.ok || !done) {
      const words = [...page.querySelectorAll(".empty-page h1, .empty-page h1 + p:not(:has(a))")].map((part) => part.textContent).join(" ") || "That did not work.";
      if (row && !undoing && (answer.status === 404 || answer.status === 409)) {
        shut(row.dataset.suggestion, [words]);
        count(0);
        onwards(row);
        return say(words);
      }
      return tell([words], true);
    }
    const ids = done.dataset.ids.split(" ");
    const told = done.querySelector("span").textContent;
    const counts = Boolean(done.querySelector("form"));
    const parts = [...done.childNodes].map((node) => document.adoptNode(node));
    say(told);
    if (undoing) {
      const back = ids.map(reopen).filter(Boolean);
      count(-ids.length);
      if (!back.length) {
        sessionStorage.setItem("told", told);
        return location.reload();
      }
      focus(back[0]);
      tell(parts);
    } else if (ids.length === 1 && row) {
      shut(ids[0], parts);
      count(counts ? 1 : 0);
      onwards(row);
    } else {
      for (const id of ids) shut(id, [told]);
      count(ids.length);
      tell(parts);
      onwards(row_of(ids.at(-1)));
    }
  };
  let waiting = Promise.resolve();
  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    if (target.method !== "post" || !(queue.contains(target) || line.contains(target))) return;
    event.preventDefault();
    waiting = waiting.then(() => send(target, submitter));
  });

  const every = byId("every");
  if (every) {
    byId("every-label").hidden = false;
    every.addEventListener("change", () => {
      for (const row of open_rows()) row.querySelector("[name=suggestion]").checked = every.checked;
    });
  }

  // Keys. Never while somebody writes.
  const skip = (row) => {
    row.classList.add("skipped");
    onwards(row);
  };
  const instead = (row) => {
    row.querySelector(".instead").open = true;
    const box = row.querySelector(".instead input[name=instead]");
    box.focus();
    box.closest(".instead").scrollIntoView({ block: "nearest", behavior: "instant" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { key, target } = event;
    if (key === "Escape" && target.closest(".instead")) {
      const row = target.closest("[data-suggestion]");
      row.querySelector(".instead").open = false;
      focus(row);
    }
    if (target.closest("input:not([type=checkbox]), textarea, select")) return;
    const row = current();
    const may_write = Boolean(byId("many"));
    const acts = {
      a: () => row.querySelector("[data-do=accept]").click(),
      r: () => row.querySelector("[data-do=reject]").click(),
      s: () => skip(row),
      e: () => instead(row),
      x: () => row.querySelector("[name=suggestion]").click(),
    };
    if (key === "u" && byId("undo-last")) byId("undo-last").requestSubmit();
    else if (key === "ArrowDown" && (row || target === document.body)) move(1);
    else if (key === "ArrowUp" && row) move(-1);
    else if (may_write && Object.hasOwn(acts, key)) {
      if (row) acts[key]();
      else move(0); // first look at it
    } else return;
    event.preventDefault();
  });
})();
