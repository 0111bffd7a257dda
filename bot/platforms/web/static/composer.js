// Where the visitor writes: a box that grows, and the list of commands that "/" opens.

const $ = (id) => document.getElementById(id);

export class Composer {
  #options = [...$("list").children];
  #at = -1; // which of the options shown would be taken

  /** `send(words)` is called with what was written. */
  constructor(words, send) {
    this.words = words;
    this.send = send;
    this.box = $("box");
    $("composer").addEventListener("submit", (event) => this.#submit(event));
    this.box.addEventListener("input", () => this.#typed());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("blur", () => this.#close());
    $("commands").addEventListener("click", () => this.#toggle());
    // Pressing an option, or the button that shows them, leaves the focus in the box.
    for (const held of [$("list"), $("commands")])
      held.addEventListener("pointerdown", (event) => event.preventDefault());
    $("list").addEventListener("click", (event) => this.#clicked(event));
  }

  focus() {
    this.box.focus();
  }

  clear() {
    this.#set("");
  }

  /** Words that could not be sent come back, unless something else is written already. */
  giveBack(words) {
    if (!this.box.value) this.#set(words);
  }

  get #open() {
    return !$("list").hidden;
  }

  get #shown() {
    return this.#options.filter((option) => !option.hidden);
  }

  #submit(event) {
    event.preventDefault();
    const words = this.box.value.trim();
    if (!words) return this.focus();
    this.#set("");
    this.focus();
    this.send(words);
  }

  #set(text) {
    this.box.value = text;
    this.#typed();
  }

  #typed() {
    this.box.style.height = "auto";
    if (this.box.value) this.box.style.height = `${this.box.scrollHeight}px`;
    const begun = /^\/(\S*)$/.exec(this.box.value);
    if (!begun) return this.#close();
    const start = begun[1].toLowerCase();
    for (const option of this.#options) option.hidden = !option.dataset.name.startsWith(start);
    if (!this.#shown.length) return this.#close();
    if (!this.#open) $("told").textContent = this.words.found;
    $("list").hidden = false;
    $("commands").setAttribute("aria-expanded", "true");
    this.#mark(0);
  }

  #mark(at) {
    const shown = this.#shown;
    this.#at = (at + shown.length) % shown.length;
    for (const option of this.#options) option.setAttribute("aria-selected", "false");
    shown[this.#at].setAttribute("aria-selected", "true");
    shown[this.#at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", shown[this.#at].id);
  }

  #close() {
    $("list").hidden = true;
    $("told").textContent = "";
    $("commands").setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  #toggle() {
    const open = this.#open;
    this.focus();
    if (!open) return this.#set(this.box.value.startsWith("/") ? "/" : `/${this.box.value}`);
    if (this.box.value === "/") return this.#set("");
    return this.#close();
  }

  #key(event) {
    if (event.isComposing) return; // letters are being put together: Enter ends that
    if (this.#open && this.#listKey(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    $("composer").requestSubmit();
  }

  /** What a key does while the list is open; false if it is none of the list's. */
  #listKey(event) {
    if (event.key === "ArrowDown") this.#mark(this.#at + 1);
    else if (event.key === "ArrowUp") this.#mark(this.#at - 1);
    else if (event.key === "Escape") this.#close();
    else if (event.key === "Tab" && !event.shiftKey) this.#complete(this.#shown[this.#at]);
    else if (event.key === "Enter" && !event.shiftKey) this.#take(this.#shown[this.#at]);
    else return false;
    return true;
  }

  #clicked(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.#take(option);
  }

  /** A command that wants words waits for them, and any other is sent. */
  #take(option) {
    const { name, usage } = option.dataset;
    const whole = this.box.value.slice(1).toLowerCase() === name;
    if (usage && !usage.startsWith("[") && !whole) return this.#complete(option);
    this.#set("");
    return this.send(`/${name}`);
  }

  #complete(option) {
    this.#set(`/${option.dataset.name} `);
  }
}
