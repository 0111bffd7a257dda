// A release's address for somebody else: handed to the system's own way of sharing, or copied.

const SEEN = 3000; // milliseconds for which it is said that the address is copied

/** Shares what is at `path`; `pressed` says for a moment that it was copied, where it was, and
    `tell(words)` is told so, too. */
export async function share(path, title, pressed, copied, tell) {
  const url = new URL(path, document.body.dataset.home || location.href).href;
  try {
    if (navigator.share) return await navigator.share({ title, url });
    if (!navigator.clipboard) return window.open(url, "_blank", "noopener"); // no https: no copies
    await navigator.clipboard.writeText(url);
  } catch {
    return undefined; // the visitor thought better of it, or the browser does not let us
  }
  const label = pressed.textContent;
  pressed.textContent = copied;
  tell(copied);
  return setTimeout(() => (pressed.textContent = label), SEEN);
}
