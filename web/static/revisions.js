// Editing a transcript: "Split" splits at the cursor, and a page with unsaved words is not left unasked.
(() => {
  const form = document.getElementById("edit-turns");
  let dirty = form.hasAttribute("data-unsaved");
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-split]");
    if (!button) return;
    const box = button.closest("fieldset").querySelector("textarea");
    const at = box.selectionStart;
    const inside = at > 0 && at < box.value.length;
    if (inside && !/\n\s*\n/.test(box.value)) box.setRangeText("\n\n", at, box.selectionEnd, "end");
  });
})();
