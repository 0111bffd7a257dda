// A message of the server's, or of the visitor, as an article; knows nothing of where it stands.

// "/latest", where it stands alone: not in a path, nor in an address.
const COMMAND = /(?<![^\s(“«])(\/[a-z]+)(?![^\s.,:;!?)”»])/;
const LONG = /\S{20}/; // a word that may have to be broken

/** An element with properties and children; text is always text, never markup. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export class Drawing {
  #count = 0;

  /** `press(article, button, element)` is called for a choice that asks or shares something, and
      `say(words)` for a command that stands in the text. */
  constructor(words, language, { press, say }) {
    this.words = words;
    this.press = press;
    this.say = say;
    const options = document.querySelectorAll("#list [data-name]");
    this.commands = new Set([...options].map((option) => `/${option.dataset.name}`));
    const writing = language === "en" ? "en-GB" : language; // the day first, as everywhere here
    this.clock = new Intl.DateTimeFormat(writing, { hour: "2-digit", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(writing, { dateStyle: "full" });
  }

  /** What the visitor says. */
  mine(text, at) {
    const article = this.#article("mine", at, this.words.you);
    article.firstChild.append(make("div", { className: "words", textContent: text }));
    return article;
  }

  /** What Herald says. */
  theirs(message) {
    const article = this.#article("theirs", new Date(message.at), this.words.herald);
    const bubble = article.firstChild;
    if (message.picture) {
      const { src, alt } = message.picture;
      bubble.prepend(make("img", { src, alt, decoding: "async" }));
    }
    const words = make("div", { className: "words" });
    words.innerHTML = message.html ?? ""; // made by the server out of text, all of it escaped
    if (message.commands) this.#offer(words);
    bubble.append(words);
    const rows = (message.buttons ?? []).filter((row) => row.length);
    if (rows.length) article.append(this.#choices(rows, article));
    return article;
  }

  /** A line between two days, and the name of each: what was today is yesterday after midnight. */
  day(at) {
    return make("p", { className: "day" }, make("time", { dateTime: at.toISOString() }));
  }

  nameDays(within) {
    const now = new Date();
    const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
    const near = new Map([
      [now.toDateString(), this.words.today],
      [before.toDateString(), this.words.yesterday],
    ]);
    for (const time of within.querySelectorAll(".day time")) {
      const day = new Date(time.dateTime);
      time.textContent = near.get(day.toDateString()) ?? this.calendar.format(day);
    }
  }

  #article(whose, at, who) {
    const id = `message-${++this.#count}`;
    const time = this.clock.format(at);
    const heading = make("h2", { id, className: "unseen", textContent: `${who}, ${time}` });
    const shown = make("time", { dateTime: at.toISOString(), textContent: time });
    shown.setAttribute("aria-hidden", "true"); // the heading says it
    const bubble = make("div", { className: "bubble" }, heading, shown);
    const article = make("article", { className: `message ${whose}`, tabIndex: -1 }, bubble);
    article.setAttribute("aria-labelledby", id);
    return article;
  }

  /** Commands that Herald names, in words of its own alone, can be pressed where they stand. */
  #offer(words) {
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
      if (text.parentElement.closest("a, pre, code, blockquote")) continue;
      const parts = text.data.split(COMMAND); // every second one is the command itself
      if (parts.length > 1) text.replaceWith(...parts.map((part, at) => this.#part(part, at % 2)));
    }
  }

  #part(text, mayBeCommand) {
    if (!mayBeCommand || !this.commands.has(text)) return text;
    const command = make("button", { type: "button", className: "command", textContent: text });
    command.addEventListener("click", () => this.say(text));
    return command;
  }

  #choices(rows, article) {
    const choices = make("div", { className: "choices" });
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", this.words.choices);
    for (const row of rows) {
      const drawn = row.map((button) => this.#choice(button, article));
      choices.append(make("div", { className: "row" }, ...drawn));
    }
    return choices;
  }

  #choice(button, article) {
    // The name of a file may be one word, and longer than the page is wide.
    const said = { textContent: button.label, className: LONG.test(button.label) ? "long" : "" };
    if (button.url) {
      const link = make("a", { ...said, href: button.url, target: "_blank" });
      link.rel = "noopener noreferrer";
      link.append(make("span", { className: "unseen", textContent: ` (${this.words.newtab})` }));
      return link;
    }
    const drawn = make("button", { ...said, type: "button" });
    const arrow = { "◀": this.words.before, "▶": this.words.next }[button.label];
    if (arrow) drawn.setAttribute("aria-label", arrow);
    drawn.addEventListener("click", () => this.press(article, button, drawn));
    return drawn;
  }
}
