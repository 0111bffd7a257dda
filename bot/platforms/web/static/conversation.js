// The conversation: what stands in it, in which order, and what of it is in view.

import { Drawing, make } from "./drawing.js";

const NEAR = 60; // pixels from the end that still count as being there
const QUIET = 1000; // milliseconds after what waited in which nothing is read aloud

export class Conversation {
  #shown = new Map(); // article → the message in it
  #letters = new Map(); // id → the article that stands for this letter
  #day = new Date().toDateString();
  #atEnd = true; // or near it: what comes is shown
  #held = true; // at the very end, which stays in view whatever grows
  #firstNew = null;
  #hush = 0; // the end of the quiet

  /** `press(article, button, element)` is called for a choice that asks or shares something, and
      `say(words)` for a command that stands in the text. */
  constructor(words, language, { press, say }) {
    this.drawing = new Drawing(words, language, { press, say });
    this.log = document.getElementById("log");
    this.view = document.getElementById("view");
    this.pill = document.getElementById("pill");
    this.view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.pill.addEventListener("click", () => this.#goToNew());
    // A box that grows, a telephone that is turned, somebody writing: the end stays in view.
    const held = new ResizeObserver(() => this.#held && this.#toEnd());
    held.observe(this.log.parentElement);
    held.observe(this.view);
  }

  /** What stands at the beginning, above all that comes. */
  welcome(message) {
    const article = this.#drawn(message);
    article.querySelector("time").remove();
    this.log.prepend(article);
    this.#scrolled(); // where it is longer than the view, its beginning is what is wanted
  }

  /** What the visitor says, at once. */
  mine(text, at) {
    const article = this.drawing.mine(text, at);
    this.#append(article, at);
    this.#reveal(article);
    return article;
  }

  /** What Herald answers; in place of `old` if it wants to and that still stands. What it answers
      to, `after`, stays in view with it. */
  answer(message, { old = null, after = null } = {}) {
    const article = this.#drawn(message);
    if (message.replaces && old?.isConnected) {
      this.#swap(old, article);
      return article;
    }
    this.#append(article, new Date(message.at));
    this.#reveal(article, after);
    return article;
  }

  /** A message that came by itself; the same id again stands in place of the first, unless it is
      the same still (a page that connects again may be told all anew). True if it was not there.
      What `waited` for the visitor is shown from its end. */
  letter(message, waited = false) {
    const old = this.#letters.get(message.id);
    const told = JSON.stringify(message);
    if (old?.dataset.letter === told) return false;
    const article = this.#drawn(message);
    article.dataset.letter = told;
    if (old) {
      this.#swap(old, article);
      return false;
    }
    const wasAtEnd = this.#atEnd;
    this.#letters.set(message.id, article);
    this.#append(article, new Date(message.at));
    if (waited) this.#toEnd();
    else if (wasAtEnd) this.#reveal(article);
    else this.#isNew(article);
    return true;
  }

  /** A message that was taken back. */
  gone(id) {
    const article = this.#letters.get(id);
    if (article) this.remove(article);
  }

  /** A line of the page's own, with something to press perhaps. */
  note(text, label = "", act = null) {
    const note = make("div", { className: "note" }, make("p", { textContent: text }));
    if (act) note.append(make("button", { type: "button", textContent: label, onclick: act }));
    const wasAtEnd = this.#atEnd;
    this.log.append(note);
    if (wasAtEnd) this.#toEnd();
    return note;
  }

  remove(element) {
    const before = element.previousElementSibling;
    const after = element.nextElementSibling;
    if (before?.className === "day" && (!after || after.className === "day")) before.remove();
    this.#shown.delete(element);
    for (const [id, article] of this.#letters) if (article === element) this.#letters.delete(id);
    element.remove();
  }

  /** Nothing is left of the conversation but `kept`. */
  clear(kept = null) {
    for (const element of [...this.log.children]) if (element !== kept) this.remove(element);
    this.#day = new Date().toDateString();
    this.pill.hidden = true;
    this.#toEnd();
  }

  /** The text of the message in an article, as the server wants it with a choice. */
  textOf(article) {
    return this.#shown.get(article)?.text ?? "";
  }

  /** Whether there is anything to press in the conversation. */
  get hasChoices() {
    return this.log.querySelector(".choices") !== null;
  }

  /** What waited for the visitor is not read aloud to them all at once. */
  quiet() {
    clearTimeout(this.#hush);
    this.log.setAttribute("aria-live", "off");
    this.#hush = setTimeout(() => this.log.setAttribute("aria-live", "polite"), QUIET);
  }

  nameDays() {
    this.drawing.nameDays(this.log);
  }

  #drawn(message) {
    const article = this.drawing.theirs(message);
    this.#shown.set(article, message);
    return article;
  }

  #append(article, at) {
    if (at.toDateString() !== this.#day) {
      this.#day = at.toDateString();
      this.log.append(this.drawing.day(at));
    }
    this.log.append(article);
    this.nameDays();
  }

  #swap(old, article) {
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(article);
    this.#shown.delete(old);
    // What stands in a letter's place is that letter still: told again, it is not shown twice.
    article.dataset.letter ??= old.dataset.letter ?? "";
    for (const [id, there] of this.#letters) if (there === old) this.#letters.set(id, article);
    if (held) this.#focus(article, held.textContent);
    const hidden = article.offsetTop < this.view.scrollTop + this.#head();
    if (hidden) article.scrollIntoView({ block: "start" });
    this.#scrolled();
  }

  /** The focus was on a choice that is replaced: it goes to the one of the same name, else to the
      message itself. */
  #focus(article, label) {
    const choices = [...article.querySelectorAll(".choices button")];
    const same = choices.find((choice) => choice.textContent === label);
    (same ?? article).focus({ preventScroll: true });
  }

  /** What the header covers of the view. */
  #head() {
    return parseFloat(getComputedStyle(this.view).scrollPaddingTop) || 0;
  }

  /** To the end; or where the end would hide how it begins, to the beginning, `after` above it. */
  #reveal(article, after = null) {
    const height = this.view.scrollHeight - article.offsetTop;
    if (height <= this.view.clientHeight - this.#head()) return this.#toEnd();
    (after ?? article).scrollIntoView({ block: "start" });
    this.#held = false;
    return this.#scrolled();
  }

  #toEnd() {
    this.view.scrollTop = this.view.scrollHeight;
    this.#scrolled();
  }

  #scrolled() {
    const left = this.view.scrollHeight - this.view.clientHeight - this.view.scrollTop;
    this.#atEnd = left < NEAR;
    if (left < 2) this.#held = true;
    else if (!this.#atEnd) this.#held = false;
    if (this.#atEnd) this.pill.hidden = true;
  }

  #isNew(article) {
    if (this.pill.hidden) this.#firstNew = article;
    this.pill.hidden = false;
  }

  #goToNew() {
    const article = this.#firstNew?.isConnected ? this.#firstNew : this.log.lastElementChild;
    this.pill.hidden = true;
    article?.focus({ preventScroll: true });
    article?.scrollIntoView({ block: "start" });
    this.#scrolled();
  }
}
