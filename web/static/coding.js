// Coding on the transcript's page: what is selected, by mouse, finger or keys, gets codes; every act can be undone.
// Without this script each turn has its form, and each highlight its page.
(() => {
  const list = document.querySelector(".transcript");
  const box = document.getElementById("coder");
  if (!list || !box) return;
  const byId = (id) => document.getElementById(id);
  const input = byId("coder-code");
  const remark = byId("coder-remark");
  const line = byId("undo-line");
  const { here, text } = box.dataset;
  const narrow = matchMedia("(max-width: 700px), (pointer: coarse)");
  // What the box is about: words just chosen, or a highlight; `changing` while its words are chosen anew.
  let about = null;
  let changing = null;
  document.documentElement.classList.add("scripted");
  document.querySelector("#keys tbody")?.append(byId("coding-keys").content);

  // Places in the text. A browser counts UTF-16 units; the server turns them into characters.
  const wordsOf = (turn) => turn.querySelector(".words");
  const unitsBefore = (words, node, offset) => {
    const range = document.createRange();
    range.selectNodeContents(words);
    range.setEnd(node, offset);
    return range.toString().length;
  };
  const chosen = () => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(list)) return null;
    const parts = [];
    for (const turn of list.children) {
      const words = wordsOf(turn);
      if (!range.intersectsNode(words)) continue;
      const from = words.contains(range.startContainer) ? unitsBefore(words, range.startContainer, range.startOffset) : 0;
      const to = words.contains(range.endContainer) ? unitsBefore(words, range.endContainer, range.endOffset) : words.textContent.length;
      if (words.textContent.slice(from, to).trim()) parts.push({ turn, words: words.textContent, from, to });
    }
    if (!parts.length) return null;
    const first = parts[0];
    const last = parts[parts.length - 1];
    const characters = (part, units) => Number(part.turn.dataset.start) + [...part.words.slice(0, units)].length;
    const ranges = parts.map((part) => {
      const words = wordsOf(part.turn);
      const one = document.createRange();
      one.setStart(...point(words, part.from));
      one.setEnd(...point(words, part.to));
      return one;
    });
    return {
      ranges,
      turn: first.turn.id,
      start: Number(first.turn.dataset.unit) + first.from,
      end: Number(last.turn.dataset.unit) + last.to,
      from: characters(first, first.from),
      to: characters(last, last.to),
      words: parts.map((part) => part.words.slice(part.from, part.to)).join(" ").trim(),
    };
  };
  const point = (words, units) => {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && units > node.length) {
      units -= node.length;
      node = walker.nextNode();
    }
    return node ? [node, units] : [words, 0];
  };
  const select = (turn, from, to) => getSelection().setBaseAndExtent(...point(wordsOf(turn), from), ...point(wordsOf(turn), to));

  // Choosing by keys, in the focused turn: by sentences, and a word more or less at either end.
  const pieces = (words, granularity) => {
    if (!Intl.Segmenter) return [{ from: 0, to: words.length }];
    return [...new Intl.Segmenter(undefined, { granularity }).segment(words)]
      .filter((piece) => (granularity === "word" ? piece.isWordLike : piece.segment.trim()))
      .map((piece) => ({ from: piece.index, to: piece.index + piece.segment.trimEnd().length }));
  };
  const within = (turn) => {
    const words = wordsOf(turn);
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!words.contains(range.startContainer) || !words.contains(range.endContainer)) return null;
    return { from: unitsBefore(words, range.startContainer, range.startOffset), to: unitsBefore(words, range.endContainer, range.endOffset) };
  };
  const byLast = (all, fits) => all.filter(fits).pop();
  const chooseSentence = (turn, by, extend) => {
    const all = pieces(wordsOf(turn).textContent, "sentence");
    const now = within(turn);
    if (!now) return select(turn, all[0].from, all[0].to);
    const next = by > 0 ? all.find((piece) => piece.to > now.to) : byLast(all, (piece) => piece.from < now.from);
    if (next) select(turn, extend ? Math.min(now.from, next.from) : next.from, extend ? Math.max(now.to, next.to) : next.to);
  };
  const chooseWord = (turn, edge, by) => {
    const all = pieces(wordsOf(turn).textContent, "word");
    const now = within(turn);
    if (!all.length) return;
    if (!now) return select(turn, all[0].from, all[0].to);
    if (edge === "end") {
      const next = by > 0 ? all.find((piece) => piece.to > now.to) : byLast(all, (piece) => piece.to < now.to && piece.to > now.from);
      if (next) select(turn, now.from, next.to);
    } else {
      const next = by > 0 ? all.find((piece) => piece.from > now.from && piece.from < now.to) : byLast(all, (piece) => piece.from < now.from);
      if (next) select(turn, next.from, now.to);
    }
  };

  // What was chosen stays painted while the box is written in.
  const paint = (ranges) => {
    if (!CSS.highlights) return;
    CSS.highlights.delete("chosen");
    if (ranges) CSS.highlights.set("chosen", new Highlight(...ranges));
  };
  const lastLine = (ranges) => [...ranges[ranges.length - 1].getClientRects()].pop();

  // The box.
  const place = (rect) => {
    if (narrow.matches || !rect) return;
    const room = document.documentElement.clientWidth;
    box.style.top = `${rect.bottom + scrollY + 8}px`;
    box.style.left = `${Math.max(8, Math.min(rect.left, room - box.offsetWidth - 8)) + scrollX}px`;
  };
  const show = (what, rect, open) => {
    about = what;
    box.hidden = false;
    box.classList.toggle("kept", Boolean(what.highlight));
    box.setAttribute("aria-label", what.highlight ? "A highlight and its codes" : "Code these words");
    byId("coder-words").textContent = what.words.length > 90 ? `“${what.words.slice(0, 60).replace(/\s\S*$/, "")} … ${what.words.slice(-25).replace(/^\S*\s/, "")}”` : `“${what.words}”`;
    box.classList.toggle("open", open);
    place(rect);
  };
  const showChosen = (what, open) => {
    byId("panel").replaceChildren();
    remark.value = "";
    show(what, lastLine(what.ranges), open);
    paint(open ? what.ranges : null);
  };
  const close = (refocus) => {
    if (box.hidden) return;
    const turn = about?.turn && byId(about.turn);
    box.hidden = true;
    about = null;
    ask(null);
    paint(null);
    input.value = "";
    offer(null);
    if (refocus) turn?.focus({ preventScroll: true });
  };
  const openChosen = (turn) => {
    if (!chosen() && turn) select(turn, 0, wordsOf(turn).textContent.length);
    const what = chosen();
    if (!what) return;
    showChosen(what, true);
    input.focus({ preventScroll: true });
    inSight();
  };
  const openHighlight = async (id, from) => {
    const answer = await ask_server(`${here}/highlights/${id}`);
    if (!answer) return;
    close(false);
    const turn = from.closest(".turn");
    const words = [...list.querySelectorAll(`mark[data-highlight="${id}"]`)].map((mark) => mark.textContent).join("");
    show({ highlight: id, turn: turn.id, words }, from.getBoundingClientRect(), true);
    swap(answer);
    if (narrow.matches) box.focus({ preventScroll: true });
    else input.focus({ preventScroll: true });
    inSight();
  };
  const inSight = () => { if (!narrow.matches) box.scrollIntoView({ block: "nearest", behavior: "instant" }); };

  // Talking to the server: an act answers with the turns that look different now.
  const tell = (words, wrong) => {
    line.replaceChildren(...(typeof words === "string" ? [document.createTextNode(words)] : words));
    line.classList.add("on");
    line.classList.toggle("wrong", Boolean(wrong));
    clearTimeout(tell.timer);
    const leave = () => {
      if (line.matches(":hover, :focus-within")) tell.timer = setTimeout(leave, 2000);
      else line.classList.remove("on");
    };
    tell.timer = setTimeout(leave, 8000);
  };
  const ask_server = async (address, form) => {
    try {
      const answer = await fetch(address, { method: form ? "POST" : "GET", body: form, headers: { "X-Cairn-Part": "1" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) return page;
      tell([...page.querySelectorAll(".empty-page h1, .empty-page h1 + p:not(:has(a))")].map((part) => part.textContent).join(" ") || "That did not work.", true);
    } catch {
      tell("Cairn cannot be reached. Nothing was changed.", true);
    }
    return null;
  };
  const swap = (page) => {
    const focused = document.activeElement?.closest(".turn")?.id;
    const suggestion = document.activeElement?.closest("[data-suggestion]");
    const next = suggestion?.nextElementSibling?.dataset.suggestion;
    for (const turn of page.querySelectorAll(".turn")) byId(turn.id)?.replaceWith(document.adoptNode(turn));
    if (focused && !document.activeElement?.closest(".turn")) {
      const again = byId(focused);
      (again?.querySelector(`[data-suggestion="${next}"] summary`) || again)?.focus({ preventScroll: true });
    }
    const panel = page.getElementById("panel");
    if (panel && !box.hidden) {
      byId("panel").replaceWith(document.adoptNode(panel));
      const { highlight, start, end, comment } = panel.dataset;
      if (!highlight && about?.highlight) close(true); // it is gone
      if (highlight && about) {
        Object.assign(about, { highlight, from: start, to: end });
        box.classList.add("kept");
        if (document.activeElement !== remark) remark.value = comment;
        paint(null);
      }
    }
    const done = page.getElementById("done");
    if (done) tell([...done.childNodes].map((node) => document.adoptNode(node)));
  };
  // One after another: a second act may need what the first one made.
  let queue = Promise.resolve();
  const act = (address, fields) => {
    queue = queue.then(async () => {
      const form = fields instanceof FormData ? fields : new FormData(byId("act"));
      if (!(fields instanceof FormData)) for (const [name, value] of Object.entries(fields || {})) form.append(name, value);
      const page = await ask_server(typeof address === "function" ? address(form) : address, form);
      if (!page) return false;
      swap(page);
      return true;
    });
    return queue;
  };
  const onWords = (rest, fields) => {
    if (!about) return Promise.resolve();
    return act((form) => {
      if (about.highlight) return `${here}/highlights/${about.highlight}${rest}`;
      form.append("text", text);
      form.append("start", about.start);
      form.append("end", about.end);
      return `${here}/highlights`;
    }, fields);
  };
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "act") return;
    event.preventDefault();
    act(event.submitter.getAttribute("formaction"), {});
  });

  // Finding a code by part of its name.
  const options = () => [...box.querySelectorAll("#coder-list [role=option]")];
  const offer = (page) => {
    for (const id of ["coder-list", "coder-new"]) {
      const part = page?.getElementById(id);
      if (part) byId(id).replaceWith(document.adoptNode(part));
      else { byId(id).hidden = true; byId(id).replaceChildren(); }
    }
    mark(options()[0]);
  };
  const mark = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    option?.scrollIntoView({ block: "nearest", behavior: "instant" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(options().length > 0));
  };
  let asked = 0;
  const find = async () => {
    const mine = ++asked;
    // On a highlight that has its codes nothing is offered before something is typed.
    if ((about?.highlight || about?.taken) && !input.value.trim()) {
      offer(null);
      return true;
    }
    const page = await ask_server(`/transcripts/codes?q=${encodeURIComponent(input.value)}`);
    if (page && mine === asked && about) {
      offer(page);
      inSight();
    }
    return mine === asked;
  };
  const freshColours = () => {
    const sheet = document.querySelector("link[href*='colours.css']");
    sheet.href = `${sheet.href.split("?")[0]}?${Date.now()}`;
  };
  const take = (fields) => {
    input.value = "";
    if (about) about.taken = true;
    onWords("/codes", fields).then(() => { if (fields.new_code) freshColours(); });
    offer(null);
    input.focus({ preventScroll: true });
  };
  input.addEventListener("input", find);
  input.addEventListener("focus", () => {
    box.classList.add("open");
    if (about?.ranges && !about.highlight) paint(about.ranges);
    find();
  });
  input.addEventListener("keydown", async (event) => {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(all[Math.min(all.length - 1, at + 1)]);
    else if (event.key === "ArrowUp") mark(all[Math.max(0, at - 1)]);
    else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (changing) return use();
      // What was typed fast may be ahead of the list.
      if (!(await find())) return;
      const moved = at > 0 ? options()[at] : null;
      const option = moved || options()[0];
      if (option) take({ code: option.dataset.code });
      else if (input.value.trim()) box.querySelector("#coder-new select")?.focus();
      else close(true);
      return;
    } else return;
    event.preventDefault();
  });
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    const fresh = event.target.closest("#coder-new button");
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (option) take({ code: option.dataset.code });
    else if (fresh) take({ new_code: fresh.dataset.name, under: box.querySelector("#coder-new select").value });
    else if (event.target.closest(".coder-close")) close(true);
    else if (what === "only") onWords("", {});
    else if (what === "link") copyLink();
    else if (what === "delete") onWords("/delete", {});
    else if (what === "move" || what === "split") ask(what);
    else if (what === "use") use();
    else if (what === "never-mind") ask(null);
  });
  byId("coder-comment").addEventListener("submit", (event) => {
    event.preventDefault();
    onWords("/comment", { comment: remark.value });
  });
  const copyLink = async () => {
    const link = `${box.dataset.whole}?from=${about.from}&to=${about.to}#found`;
    try {
      await navigator.clipboard.writeText(link);
      tell("The link is copied. It opens at these words.");
    } catch {
      tell("The browser did not allow copying.", true);
    }
  };

  // Changing a highlight's words, and splitting it: the place is chosen in the text like any words.
  const SAY = {
    move: ["Choose its words anew in the text.", "Use these words"],
    split: ["Choose the first word of the second part.", "Split here"],
  };
  const ask = (what) => {
    changing = what && about ? { what, id: about.highlight } : null;
    box.classList.toggle("changing", Boolean(changing));
    byId("coder-ask").hidden = !changing;
    if (!changing) return;
    byId("coder-ask").querySelector("span").textContent = SAY[what][0];
    byId("coder-ask").querySelector("[data-do=use]").textContent = SAY[what][1];
    byId(about.turn)?.focus({ preventScroll: true });
  };
  const use = () => {
    const words = chosen();
    if (!words) return tell("No words are chosen yet.", true);
    const { what, id } = changing;
    const fields = what === "move" ? { text, start: words.start, end: words.end } : { text, at: words.start };
    ask(null);
    getSelection().removeAllRanges();
    act(`${here}/highlights/${id}/${what}`, fields);
  };

  // Selecting: the box comes when the selection rests. Fingers send no pointer event when they move its ends.
  let pressed = false;
  let rest = 0;
  const settled = () => {
    if (pressed || changing || box.contains(document.activeElement)) return;
    const what = chosen();
    if (what) showChosen(what, false);
    else if (!about?.highlight) close(false);
  };
  document.addEventListener("selectionchange", () => {
    clearTimeout(rest);
    rest = setTimeout(settled, 200);
  });
  document.addEventListener("pointerdown", (event) => {
    pressed = event.pointerType === "mouse";
    if (!box.hidden && !changing && !event.target.closest(".coder, .undo-line, .lane, mark, .coding")) close(false);
  });
  addEventListener("pointerup", () => {
    pressed = false;
    clearTimeout(rest);
    rest = setTimeout(settled, 50);
  });
  list.addEventListener("click", (event) => {
    const whole = event.target.closest(".code-turn");
    const marked = event.target.closest("[data-highlight]");
    if (event.ctrlKey || event.metaKey || event.shiftKey || changing) return;
    if (whole) {
      event.preventDefault();
      getSelection().removeAllRanges();
      openChosen(whole.closest(".turn"));
    } else if (marked && (getSelection().isCollapsed || !marked.matches("mark"))) {
      event.preventDefault();
      openHighlight(marked.dataset.highlight, marked);
    }
  });

  // Keys. Never while somebody writes.
  const decide = (which) => {
    const at = document.activeElement?.closest("[data-suggestion]") || document.activeElement?.closest(".turn")?.querySelector("[data-suggestion]");
    at?.querySelector(`button[formaction$="/${which}"]`)?.click();
    return Boolean(at);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !box.hidden && !document.querySelector("dialog[open]")) {
      if (changing) ask(null);
      else close(true);
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const turn = document.activeElement?.closest(".turn");
    const on_turn = turn && event.target === turn;
    const { key } = event;
    if (key === "u") act(`${here}/undo`, {});
    else if (key === "a" && decide("accept")) { /* done */ }
    else if (key === "r" && decide("reject")) { /* done */ }
    else if (changing && key === "Enter" && on_turn) use();
    else if (key === "h" || (key === "Enter" && on_turn)) openChosen(turn);
    else if (!on_turn) return;
    else if (key === "s" || (key === "ArrowRight" && !event.shiftKey)) chooseSentence(turn, 1, false);
    else if (key === "S") chooseSentence(turn, 1, true);
    else if (key === "ArrowLeft" && !event.shiftKey) chooseSentence(turn, -1, false);
    else if (key === "ArrowRight") chooseWord(turn, "end", 1);
    else if (key === "ArrowLeft") chooseWord(turn, "end", -1);
    else if (key === "w") chooseWord(turn, "start", 1);
    else if (key === "W") chooseWord(turn, "start", -1);
    else return;
    event.preventDefault();
  });
})();
