// One question at a time, in the order they were put; and that an answer takes a moment.

const SHY = 150; // milliseconds before it is shown that an answer takes a moment
const SPOKEN = 1500; // and before it is said

const typing = document.getElementById("typing");

/** Says something to whoever cannot see the page. */
export function tell(said) {
  document.getElementById("told").textContent = said;
}

export class Turns {
  #last = Promise.resolve();
  #waiting = 0; // how many have no answer yet

  /** `writing` is what is said while an answer is on its way. */
  constructor(writing) {
    this.writing = writing;
  }

  /** Does this when all that was asked before is answered, and shows meanwhile that it takes
      time. */
  next(job) {
    this.#waiting += 1;
    const shown = setTimeout(() => (typing.hidden = false), SHY);
    const spoken = setTimeout(() => tell(this.writing), SPOKEN);
    const done = this.#last.then(job).finally(() => {
      clearTimeout(shown);
      clearTimeout(spoken);
      this.#waiting -= 1;
      if (this.#waiting) return;
      typing.hidden = true;
      tell("");
    });
    this.#last = done.catch(() => {}); // the browser's console has it from `done`
  }
}
