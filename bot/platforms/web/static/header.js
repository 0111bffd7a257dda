// The header: its menu, in which leaving is the only thing, and the links to other languages.

const $ = (id) => document.getElementById(id);

/** `leave()` is called at once when that is pressed; `speak(event, link)` for another language. */
export function watchHeader({ leave, speak }) {
  const open = (wanted) => {
    $("sheet").hidden = !wanted;
    $("menu").setAttribute("aria-expanded", String(wanted));
  };
  $("menu").addEventListener("click", () => open($("sheet").hidden));
  $("leave").addEventListener("click", () => {
    open(false);
    leave();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("sheet").hidden) return;
    open(false);
    $("menu").focus();
  });
  // Whoever presses or tabs elsewhere has done with it.
  for (const away of ["pointerdown", "focusin"])
    addEventListener(away, ({ target }) => target.closest?.(".menu") ?? open(false));
  for (const link of document.querySelectorAll("nav [hreflang]"))
    link.addEventListener("click", (event) => speak(event, link));
}
