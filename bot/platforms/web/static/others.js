// The visitor's other pages of the chat in this browser.

/** null where a browser refuses it: Firefox throws a SecurityError here where it is told to keep no
    cookies. Each page then stands for itself. */
function opened() {
  try {
    return new BroadcastChannel("herald");
  } catch {
    return null;
  }
}

const channel = opened();

/** Lets the others know this: "known", or "forgotten". */
export function tellOthers(word) {
  channel?.postMessage(word);
}

/** From now on `on` has a function for each word of the others. */
export function hearOthers(on) {
  channel?.addEventListener("message", ({ data }) => on[data]?.());
}
