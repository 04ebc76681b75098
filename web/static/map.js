// The map of discovery: passages as points, what is alike together. Move, zoom, read, choose; the form below acts on what
// is chosen. Without this script there are tables.
(() => {
  const box = document.getElementById("map");
  if (!box) return;
  const byId = (id) => document.getElementById(id);
  const canvas = byId("map-canvas");
  const pen = canvas.getContext("2d");
  const card = byId("map-quote");
  const line = byId("map-said");
  const form = byId("chosen");
  const COLOURS = 8, SHAPES = 5, REACH = 14, MOST_QUOTES = 5, MOST = 2000;
  let points = [], names = new Map(), middles = [], total = 0;
  let view = { x: 0, y: 0, zoom: 1 };
  let width = 0, height = 0, ink = {}, sprites = new Map();
  let mode = "move", over = -1, at = -1, path = null, drawn = false;
  const chosen = new Set();
  const pointers = new Map();

  // The look: colours come from the page's own, light or dark.
  const look = () => {
    const styles = getComputedStyle(document.documentElement);
    const colour = (name) => styles.getPropertyValue(`--map-${name}`).trim();
    ink = { ink: colour("ink"), ground: colour("ground"), pile: colour("pile"), covered: colour("covered") };
    for (let n = 0; n < COLOURS; n += 1) ink[n] = colour(n);
    sprites = new Map();
    draw();
  };
  const shape = (to, kind, r) => {
    to.beginPath();
    if (kind === 1) to.rect(-r * 0.85, -r * 0.85, r * 1.7, r * 1.7);
    else if (kind === 2) { to.moveTo(0, -r * 1.15); to.lineTo(r * 1.1, 0); to.lineTo(0, r * 1.15); to.lineTo(-r * 1.1, 0); to.closePath(); }
    else if (kind === 3) { to.moveTo(0, -r * 1.1); to.lineTo(r * 1.1, r * 0.9); to.lineTo(-r * 1.1, r * 0.9); to.closePath(); }
    else if (kind === 4) { to.moveTo(0, r * 1.1); to.lineTo(r * 1.1, -r * 0.9); to.lineTo(-r * 1.1, -r * 0.9); to.closePath(); }
    else to.arc(0, 0, r, 0, 7);
  };
  const sprite = (of, big) => {
    const key = `${of > 0 ? `${of % COLOURS}/${of % SHAPES}` : of}/${big}`;
    if (!sprites.has(key)) {
      const ratio = devicePixelRatio || 1;
      const small = Object.assign(document.createElement("canvas"), { width: 20 * ratio, height: 20 * ratio });
      const to = small.getContext("2d");
      to.scale(ratio, ratio);
      to.translate(10, 10);
      shape(to, of > 0 ? of % SHAPES : 0, (of > 0 ? 4.2 : 2.6) * (big ? 1.5 : 1));
      to.fillStyle = of > 0 ? ink[of % COLOURS] : of === -1 ? ink.covered : ink.pile;
      to.globalAlpha = of === -2 ? 0.4 : 0.85;
      to.fill();
      if (big) { to.globalAlpha = 1; to.lineWidth = 2; to.strokeStyle = ink.ink; to.stroke(); }
      sprites.set(key, small);
    }
    return sprites.get(key);
  };

  // Places: the map's 0..1 to the screen and back.
  const side = () => Math.min(width, height) * 0.9;
  const toScreen = (p) => [width / 2 + (p.x - 0.5 - view.x) * side() * view.zoom, height / 2 + (p.y - 0.5 - view.y) * side() * view.zoom];
  const toMap = (x, y) => [(x - width / 2) / (side() * view.zoom) + 0.5 + view.x, (y - height / 2) / (side() * view.zoom) + 0.5 + view.y];
  const inside = (p) => { const [x, y] = toScreen(p); return x > 0 && y > 0 && x < width && y < height; };
  const shown = (p) => p.of !== -1 || byId("map-covered").checked;

  const draw = () => {
    if (drawn) return;
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      const ratio = devicePixelRatio || 1;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.fillStyle = ink.ground;
      pen.fillRect(0, 0, width, height);
      for (const pass of [-1, -2, 0, 1]) {
        for (const p of points) {
          if ((pass === 1 ? p.of < 1 : p.of !== pass) || !shown(p) || !inside(p)) continue;
          const [x, y] = toScreen(p);
          pen.globalAlpha = chosen.size && !chosen.has(p.n) ? 0.4 : 1;
          pen.drawImage(sprite(p.of, chosen.has(p.n)), x - 10, y - 10, 20, 20);
        }
      }
      pen.globalAlpha = 1;
      labels();
      for (const n of [over, at]) {
        if (n < 0) continue;
        const [x, y] = toScreen(points[n]);
        pen.strokeStyle = ink.ink;
        pen.lineWidth = 2;
        pen.beginPath();
        pen.arc(x, y, 9, 0, 7);
        pen.stroke();
      }
      if (path && path.length > 1) {
        pen.beginPath();
        for (const [x, y] of path) pen.lineTo(...toScreen({ x, y }));
        pen.closePath();
        pen.globalAlpha = 0.12;
        pen.fillStyle = ink[0];
        pen.fill();
        pen.globalAlpha = 1;
        pen.setLineDash([5, 4]);
        pen.strokeStyle = ink.ink;
        pen.lineWidth = 1.5;
        pen.stroke();
        pen.setLineDash([]);
      }
    });
  };
  // The names of candidates at the middle of their points; of two that would overlap, the larger candidate's.
  const labels = () => {
    const taken = [];
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const middle of middles) {
      const [x, y] = toScreen(middle);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const text = middle.name.length > 34 ? `${middle.name.slice(0, 33)}…` : middle.name;
      const wide = pen.measureText(text).width / 2 + 4;
      const here = Math.min(Math.max(x, wide), width - wide);
      if (taken.some(([a, b, w]) => Math.abs(a - here) < w + wide && Math.abs(b - y) < 18)) continue;
      taken.push([here, y, wide]);
      pen.lineWidth = 4;
      pen.lineJoin = "round";
      pen.strokeStyle = ink.ground;
      pen.strokeText(text, here, y);
      pen.fillStyle = ink.ink;
      pen.fillText(text, here, y);
    }
  };
  const fit = () => {
    const there = points.filter(shown);
    const xs = there.map((p) => p.x), ys = there.map((p) => p.y);
    const edge = (values) => [values.reduce((a, b) => Math.min(a, b), 1), values.reduce((a, b) => Math.max(a, b), 0)];
    const [left, right] = edge(xs), [top, bottom] = edge(ys);
    if (!there.length) view = { x: 0, y: 0, zoom: 1 };
    else view = {
      x: (left + right) / 2 - 0.5,
      y: (top + bottom) / 2 - 0.5,
      zoom: Math.min(20, 0.92 * Math.min(width / side() / Math.max(right - left, 0.02), height / side() / Math.max(bottom - top, 0.02))),
    };
    draw();
  };
  const zoomAt = (x, y, by) => {
    const [mx, my] = toMap(x, y);
    view.zoom = Math.min(60, Math.max(0.4, view.zoom * by));
    view.x = mx - 0.5 - (x - width / 2) / (side() * view.zoom);
    view.y = my - 0.5 - (y - height / 2) / (side() * view.zoom);
    draw();
  };
  const nearest = (x, y) => {
    let best = -1, least = REACH * REACH;
    points.forEach((p, n) => {
      if (!shown(p)) return;
      const [a, b] = toScreen(p);
      const far = (a - x) ** 2 + (b - y) ** 2;
      if (far < least) { least = far; best = n; }
    });
    return best;
  };

  // Reading: the words of the point under the pointer or the keys, asked for once.
  const known = new Map();
  const words = async (ids) => {
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length) {
      const answer = await fetch(`${box.dataset.passages}?passage=${missing.join(",")}`);
      if (answer.ok) for (const one of (await answer.json()).passages) known.set(one.id, one);
    }
    return ids.map((id) => known.get(id)).filter(Boolean);
  };
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const told = (p) => p.of > 0 ? names.get(p.of) : p.of === -1 ? "coded" : p.of === 0 ? "in the pile" : "in a candidate that is not shown";
  let reading = 0;
  const read = async (n) => {
    reading += 1;
    const turn = reading;
    if (n < 0) { card.hidden = true; return; }
    if (!known.has(points[n].id)) await new Promise((done) => { setTimeout(done, 80); });
    if (turn !== reading) return;
    const [one] = await words([points[n].id]);
    if (turn !== reading || !one) return;
    const quote = element("p", "words");
    if (one.asked) quote.append(element("span", "question", one.quote.slice(0, one.asked)), " ");
    const answer = one.quote.slice(one.asked);
    quote.append(answer.trim().slice(0, 600));
    const from = element("p", "small");
    from.append(element("span", "who", one.speaker), ` · ${one.study_title}${one.on ? `, ${one.on}` : ""} · ${told(points[n])}`);
    card.replaceChildren(quote, from);
    card.classList.toggle("top", toScreen(points[n])[1] > height * 0.6);
    card.hidden = false;
  };

  // Choosing: by lasso, by view, by card, by point. The form acts on what is chosen.
  const choose = (ns, keep) => {
    if (!keep) chosen.clear();
    for (const n of ns) chosen.add(n);
    const more = chosen.size > MOST;
    line.textContent = chosen.size ? `${chosen.size.toLocaleString("en")} chosen.${more ? ` At most ${MOST.toLocaleString("en")} at once.` : ""}` : about();
    draw();
    if (!form) return;
    form.hidden = !chosen.size || more;
    byId("map-act").hidden = form.hidden;
    const ids = [...chosen].map((n) => points[n].id);
    form.elements.passage.value = ids.join(",");
    byId("chosen-count").textContent = `${chosen.size.toLocaleString("en")} ${chosen.size === 1 ? "passage" : "passages"} chosen`;
    words(ids.slice(0, MOST_QUOTES)).then((some) => {
      byId("chosen-quotes").replaceChildren(...some.map((one) => element("li", "", `“${one.quote.slice(one.asked).trim()}”`)));
    });
  };
  const within = ([x, y], polygon) => {
    let odd = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
      const [ax, ay] = polygon[i], [bx, by] = polygon[j];
      if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
    return odd;
  };
  const places = (test) => points.flatMap((p, n) => (shown(p) && test(p) ? [n] : []));
  const about = () => {
    const some = total > points.length ? ` of ${total.toLocaleString("en")} passages, chosen by chance and always the same` : points.length === 1 ? " passage" : " passages";
    return points.length ? `${points.length.toLocaleString("en")}${some}.` : "There is nothing on the map yet.";
  };

  const setMode = (to) => {
    mode = to;
    canvas.classList.toggle("lasso", mode === "lasso");
    for (const button of box.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  };
  const place = (event) => [event.offsetX, event.offsetY];
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { from: place(event), now: place(event), moved: false });
    over = -1;
    read(-1);
    if (pointers.size === 1 && (mode === "lasso" || event.shiftKey)) path = [toMap(...place(event))];
    else path = null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) {
      const n = nearest(...place(event));
      if (n !== over) { over = n; read(n); draw(); }
      return;
    }
    const [x, y] = place(event), [ox, oy] = pointer.now;
    if (Math.hypot(x - pointer.from[0], y - pointer.from[1]) > 4) pointer.moved = true;
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)[1].now;
      const before = Math.hypot(ox - other[0], oy - other[1]), after = Math.hypot(x - other[0], y - other[1]);
      if (before > 0) zoomAt((x + other[0]) / 2, (y + other[1]) / 2, after / before);
      view.x -= (x - ox) / 2 / (side() * view.zoom);
      view.y -= (y - oy) / 2 / (side() * view.zoom);
    } else if (path) path.push(toMap(x, y));
    else if (pointer.moved) {
      view.x -= (x - ox) / (side() * view.zoom);
      view.y -= (y - oy) / (side() * view.zoom);
    }
    pointer.now = [x, y];
    draw();
  });
  const up = (event) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    pointers.delete(event.pointerId);
    if (event.type === "pointercancel") path = null;
    else if (path && pointer.moved && path.length > 2) choose(places((p) => within([p.x, p.y], path)), event.ctrlKey || event.metaKey);
    else if (!pointer.moved) {
      const n = nearest(...place(event));
      over = n;
      read(n);
      if (n >= 0) toggle(n, event.ctrlKey || event.metaKey || event.pointerType === "touch");
    }
    path = null;
    draw();
  };
  const toggle = (n, keep) => {
    if (!chosen.has(n)) choose([n], keep);
    else choose([...chosen].filter((other) => other !== n), false);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => { if (!pointers.size && over >= 0) { over = -1; read(at); draw(); } });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(...place(event), Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)));
  }, { passive: false });

  // Keys, while the map has the focus.
  const step = (by) => {
    const there = places(inside).sort((a, b) => points[a].y - points[b].y || points[a].x - points[b].x);
    if (!there.length) return;
    const now = there.indexOf(at);
    at = there[(now + by + there.length) % there.length] ?? there[0];
    read(at);
    draw();
  };
  const keys = {
    ArrowLeft: () => { view.x -= 0.1 / view.zoom; },
    ArrowRight: () => { view.x += 0.1 / view.zoom; },
    ArrowUp: () => { view.y -= 0.1 / view.zoom; },
    ArrowDown: () => { view.y += 0.1 / view.zoom; },
    "+": () => zoomAt(width / 2, height / 2, 1.3),
    "=": () => zoomAt(width / 2, height / 2, 1.3),
    "-": () => zoomAt(width / 2, height / 2, 1 / 1.3),
    0: fit,
    n: () => step(1),
    p: () => step(-1),
    Enter: () => { if (at >= 0) toggle(at, true); },
    l: () => choose(places(inside), false),
    Escape: () => { at = -1; read(-1); choose([], false); },
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    draw();
  });
  canvas.addEventListener("blur", () => { at = -1; read(over); draw(); });

  // Buttons.
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !box.contains(button)) return;
    if (button.dataset.mode) setMode(button.dataset.mode);
    else if (button.dataset.zoom) zoomAt(width / 2, height / 2, Number(button.dataset.zoom));
    else if ("fit" in button.dataset) fit();
    else if ("inView" in button.dataset) choose(places(inside), false);
    else if ("clear" in button.dataset) choose([], false);
  });
  byId("map-covered").addEventListener("change", () => { choose([...chosen].filter((n) => shown(points[n])), false); });
  for (const button of document.querySelectorAll("[data-choose]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      choose(places((p) => p.of === Number(button.dataset.choose)), false);
      box.scrollIntoView({ block: "nearest" });
    });
  }

  const size = () => {
    const ratio = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = canvas;
    if (!clientWidth) return;
    const first = !width;
    width = clientWidth;
    height = clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    if (first) fit();
    draw();
  };
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  const start = async () => {
    box.hidden = false;
    byId("map-missing").hidden = true;
    const answer = await fetch(box.dataset.points);
    if (!answer.ok) { line.textContent = "The map could not be loaded. Load the page again."; return; }
    const found = await answer.json();
    total = found.total;
    points = found.points.map(([id, x, y, of], n) => ({ n, id, x, y, of }));
    names = new Map(found.candidates.map((one) => [one.id, one.name]));
    middles = found.candidates.map((one) => {
      const mine = points.filter((p) => p.of === one.id);
      return { name: one.name, count: mine.length, x: median(mine.map((p) => p.x)), y: median(mine.map((p) => p.y)) };
    }).sort((a, b) => b.count - a.count);
    line.textContent = about();
    look();
    size();
    fit();
    box.dataset.ready = "";
    new ResizeObserver(size).observe(canvas);
    new MutationObserver(look).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  };
  start();
})();
