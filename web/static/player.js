// The player follows the words: it marks what is being said, and a turn's time plays from there. It plays without this, too.
(() => {
  const player = document.querySelector(".player");
  const media = player?.querySelector("audio, video");
  if (!media) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let turns = [];
  let told = ""; // what is marked, so that it is marked once
  let touched = -Infinity; // when the person last moved through the page by hand

  // Places in the text are counted by the server in UTF-16, from the beginning of the turn's words.
  const range = (words, start, end) => {
    const found = document.createRange();
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let at = 0;
    let begun = false;
    for (let node = walker.nextNode(); node; at += node.length, node = walker.nextNode()) {
      if (!begun && start < at + node.length) { found.setStart(node, start - at); begun = true; }
      if (begun && end <= at + node.length) { found.setEnd(node, end - at); return found; }
    }
    return null;
  };
  // The last of `rows`, which are in order, that has begun.
  const last = (rows, ms) => {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].start_ms <= ms) low = middle + 1; else high = middle;
    }
    return rows[low - 1];
  };
  const element = (turn) => document.getElementById(`t${turn.idx + 1}`);
  const isSeen = (box) => box.top >= 60 && box.bottom <= innerHeight - player.offsetHeight;

  const follow = () => {
    const ms = media.currentTime * 1000 + 1;
    const turn = last(turns, ms);
    const cue = turn && last(turn.cues, ms);
    const now = `${turn?.idx} ${cue?.start}`;
    if (now === told) return;
    told = now;
    document.querySelector(".turn.spoken")?.classList.remove("spoken");
    CSS.highlights?.delete("spoken");
    const row = turn && element(turn);
    if (!row) return; // in another part of a long transcript
    row.classList.add("spoken");
    const words = cue && row.querySelector(".words");
    const said = words && range(words, cue.start, cue.end);
    if (said && CSS.highlights) CSS.highlights.set("spoken", new Highlight(said));
    if (media.paused || performance.now() - touched < 5000 || isSeen((said || row).getBoundingClientRect())) return;
    row.scrollIntoView({ block: "center", behavior: calm.matches ? "instant" : "smooth" });
  };
  const play = () => media.play().catch(() => {}); // a fault is told below
  const seek = (turn) => { media.currentTime = turn.start_ms / 1000; };
  const turnOf = (id) => turns.find((turn) => id === `t${turn.idx + 1}`);

  for (const kind of ["wheel", "touchmove", "keydown"]) addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
  for (const kind of ["timeupdate", "seeked"]) media.addEventListener(kind, follow);
  media.addEventListener("loadedmetadata", () => player.classList.toggle("sound-only", !media.videoWidth));
  media.addEventListener("error", () => { player.querySelector(".player-fault").hidden = false; });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".turn .when");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const turn = turnOf(link.closest(".turn").id);
    if (!turn) return;
    event.preventDefault();
    history.replaceState(null, "", link.href);
    touched = -Infinity;
    seek(turn);
    play();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.key !== " " && event.key !== "p") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.defaultPrevented || event.target.isContentEditable || event.target.closest("input, textarea, select, dialog, audio, video")) return;
    if (event.key === " " && event.target.closest("button, a, summary, label")) return;
    event.preventDefault();
    touched = -Infinity;
    if (media.paused) play(); else media.pause();
  });

  fetch(player.dataset.times).then((answer) => (answer.ok ? answer.json() : [])).then((times) => {
    turns = times;
    if (!turns.length) return;
    player.querySelector(".player-help").hidden = false;
    const turn = turnOf(location.hash.slice(1) || document.getElementById("found")?.closest(".turn")?.id);
    if (turn) seek(turn); else follow();
  }).catch(() => {}); // a plain player is left
})();
