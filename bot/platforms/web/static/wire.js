// What goes to the server and what comes from it; shows nothing.

/** Whether the page stands in a frame of another site. */
export const framed = document.body.dataset.frame !== undefined;

const PATIENCE = 30_000; // milliseconds for an answer
const AGAIN = [2_000, 60_000]; // milliseconds between own tries to connect, the least and the most
const REST = 15_000; // and before it listens again, where others have taken its place
const BUSY = [0, 408, 429]; // besides trouble on the server: ways to fail that pass by themselves

/** The server did not take it; `again` says whether it may when it is asked once more. */
export class Refused extends Error {
  constructor(status, sentence = "") {
    super(sentence);
    this.again = status >= 500 || BUSY.includes(status);
  }
}

let ahead = 0; // milliseconds by which the server's clock is ahead of this one

/** The time by the server's clock, which all that it tells is dated by. */
export const now = () => new Date(Date.now() + ahead);

/** Asks for a path, or brings `body` to it, and gives what is told; or is Refused. */
export async function call(path, body = null) {
  const headers = { "X-Herald": "chat", "Content-Type": "application/json" };
  if (framed) headers["X-Herald-Frame"] = "1";
  const sent = body ? { method: "POST", headers, body: JSON.stringify(body) } : {};
  let status = 0;
  try {
    const response = await fetch(path, { ...sent, signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) status = response.status;
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (date) ahead = date - Date.now();
    const told = await response.json();
    if (response.ok) return told;
    throw new Refused(status, told.error);
  } catch (error) {
    // Nobody there, no answer in time, or one that is not ours: a proxy's page, say.
    throw error instanceof Refused ? error : new Refused(status);
  }
}

/** What the server says by itself. It connects again alone and goes on where it was; `on` has a
    function for each event, `state(lost)` is told whether the connection is lost, and `nobody()`
    that the server does not know the browser after all. */
export class Stream {
  #source = null;
  #known = false; // the server knows this browser: one that does not answer now is away
  #wanted = false; // it has been opened, and not closed
  #last = "";
  #pause = AGAIN[0];
  #timer = 0;
  #resting = false; // the visitor has many pages open, and this one has left its place to others

  constructor(on, state, nobody) {
    this.on = on;
    this.state = state;
    this.nobody = nobody;
    addEventListener("online", () => this.#waits() && this.#restart());
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  /** Whether the server knows this browser. */
  get known() {
    return this.#known;
  }

  /** The server has said that it knows this browser: from now on it is listened to, whatever comes
      in between. */
  met() {
    this.#known = true;
    this.open();
  }

  /** Opens it, where it is not. Where nobody has said that the server knows this browser, one try
      has to do. */
  open() {
    if (this.#source) return;
    clearTimeout(this.#timer);
    this.#wanted = true;
    this.#resting = false;
    const asked = new URLSearchParams(framed ? { frame: "1" } : {});
    if (this.#last) asked.set("after", this.#last);
    else if (this.#known) asked.set("known", "1");
    const source = new EventSource(`/chat/events?${asked}`);
    this.#source = source;
    for (const [name, act] of Object.entries(this.on))
      source.addEventListener(name, (event) => this.#heard(source, event, act));
    source.addEventListener("room", () => this.#rest(source));
    source.addEventListener("nobody", () => this.#unknown(source));
    source.addEventListener("error", () => this.#lost(source));
  }

  /** Closes it for a while; opened again, it goes on where it was. */
  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#wanted = false;
    this.#resting = false;
    this.state(false);
  }

  /** Closes it for somebody whom the server knows no longer. */
  forget() {
    this.close();
    this.#known = false;
    this.#last = "";
  }

  #heard(source, event, act) {
    if (source !== this.#source) return;
    if (event.lastEventId) this.#last = event.lastEventId;
    this.#known = true;
    this.#pause = AGAIN[0];
    this.state(false);
    act(JSON.parse(event.data || "{}"));
  }

  #lost(source) {
    if (source !== this.#source) return;
    if (this.#known) this.state(true);
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    this.#source = null;
    if (!this.#known) return;
    // The server has no room just now, or a proxy answered in its place: the browser gives up, we
    // do not. Not all pages that lost it come back at the same moment.
    this.#timer = setTimeout(() => this.open(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(AGAIN[1], this.#pause * 2);
  }

  /** Nothing is lost: it goes on when it is looked at. One that is in view all the time waits a
      little, so that pages side by side do not drive each other out without end. */
  #rest(source) {
    if (source !== this.#source) return;
    source.close();
    this.#source = null;
    this.#resting = true;
    this.state(false);
    this.#timer = setTimeout(() => this.#wake(), REST * (0.5 + Math.random()));
  }

  #unknown(source) {
    if (source !== this.#source) return;
    this.forget();
    this.nobody();
  }

  /** Whether it would be connected, did something not keep it from that. */
  #waits() {
    return this.#known && this.#wanted && !this.#resting;
  }

  #wake() {
    if (this.#resting && !document.hidden) this.open();
  }

  #restart() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.open();
  }
}
