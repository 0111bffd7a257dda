// A small button in the corner of a site's pages that opens the chat. It sets no cookie, counts
// nobody, and loads nothing before it is pressed.
(() => {
  "use strict";
  // The origins that may show the chat in a frame.
  const FRAMES = [];
  const script = document.currentScript;
  if (!script || window.heraldChat) return;
  window.heraldChat = true;

  const { language, label: own, side, mode } = script.dataset;
  const home = new URL(language ? "/?lang=" + language : "/", script.src);
  const russian = /^ru\b/i.test(language || document.documentElement.lang);
  const label = own || (russian ? "Написать нам" : "Chat with us");
  const corner = `${side === "left" ? "left" : "right"}: 16px`;

  const make = (tag, attributes, ...children) => {
    const space = /svg|path/.test(tag) ? "2000/svg" : "1999/xhtml";
    const element = document.createElementNS("http://www.w3.org/" + space, tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };

  const content = () => [
    make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
      make("path", { d: "M4 4h16v12h-9l-4 4v-4H4z" })),
    label,
  ];

  const as = (way) => home + (language ? "&" : "?") + way + "=1";

  // An empty address finds the window of this name and leaves it as it is, whatever is written
  // there; only one that is new can be looked into. Where no window is allowed, the link opens a
  // tab, as links do.
  const windowed = () => {
    const title = russian ? "Откроется в отдельном окне" : "Opens in its own window";
    const link = make("a", { class: "open", href: home, target: "_blank", title }, ...content());
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const chat = open("", "herald-chat", "popup,width=400,height=680");
      if (!chat) return;
      event.preventDefault();
      try {
        if (chat.location == "about:blank") chat.location = as("window");
      } catch {}
      chat.focus();
    };
    return [link];
  };

  const framed = () => {
    const button = make("button", { class: "open" }, ...content());
    const close = make("button", { class: "close", "aria-label": russian ? "Закрыть" : "Close" }, "×");
    const panel = make("div", { class: "panel", role: "dialog", "aria-label": label, hidden: "" },
      make("div", { class: "bar" }, label, close));
    let frame;
    const show = (yes) => {
      if (!frame) panel.append((frame = make("iframe", { src: as("frame"), title: label })));
      panel.hidden = !yes;
      button.hidden = yes;
      (yes ? frame : button).focus();
    };
    button.onclick = () => show(true);
    close.onclick = () => show(false);
    panel.onkeydown = (event) => event.key === "Escape" && show(false);
    // A key pressed inside the frame is heard there alone: the chat passes Escape on.
    addEventListener("message", ({ source, data }) => {
      if (frame && source === frame.contentWindow && data === "herald:close") show(false);
    });
    return [button, panel];
  };

  const style = `
    :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important; bottom: 16px !important; ${corner} !important }
    @media print { :host { display: none !important } }
    * { box-sizing: border-box; font: 600 16px/1.2 system-ui, sans-serif }
    .open { display: flex; gap: 10px; align-items: center; padding: 12px 18px; border: 2px solid #fff; border-radius: 32px; color: #fff; background: #16526e; text-decoration: none; cursor: pointer; box-shadow: 0 2px 9px #0005 }
    .open:hover { background: #0f4159 }
    :focus-visible { outline: 3px solid #b3560a; outline-offset: 2px }
    svg { width: 22px; fill: none; stroke: #fff; stroke-width: 2; stroke-linejoin: round }
    .panel { position: fixed; bottom: 16px; ${corner}; width: 400px; height: min(680px, 100vh - 32px); display: flex; flex-direction: column; overflow: hidden; border-radius: 12px; background: #16526e; box-shadow: 0 2px 24px #0006 }
    .bar { display: flex; justify-content: space-between; align-items: center; padding-left: 16px; color: #fff }
    .close { width: 40px; height: 40px; border: 0; color: #fff; background: none; font-size: 24px; cursor: pointer }
    .close:focus-visible { outline-color: #fff }
    iframe { flex: 1; border: 0; background: Canvas }
    [hidden] { display: none !important }
    @media (max-width: 480px) { .panel { inset: 0; width: auto; height: auto; border-radius: 0 } }`;

  const place = () => {
    const host = make("aside", { "aria-label": label });
    const root = host.attachShadow({ mode: "open" });
    // A sheet made by script, for a site may forbid style elements.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
    root.append(...(mode === "frame" && FRAMES.includes(origin) ? framed() : windowed()));
    document.body.append(host);
  };
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
