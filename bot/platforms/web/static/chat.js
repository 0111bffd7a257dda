// The chat: asks the server, shows what it answers and what comes by itself.
//
// Nothing is stored in the browser from here: no localStorage, no sessionStorage, no database. Who
// looks through a supporter's telephone finds no conversation in it, and leaving leaves nothing
// behind. What waits for the visitor waits on the server, sealed.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { watchHeader } from "./header.js";
import { hearOthers, tellOthers } from "./others.js";
import { share } from "./share.js";
import { Turns, tell } from "./turns.js";
import { came, seen } from "./unread.js";
import { Refused, Stream, call, framed, now } from "./wire.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("strings").textContent);
const language = document.documentElement.lang;
const query = new URLSearchParams(location.search);
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const conversation = new Conversation(words, language, { press, say });
const turns = new Turns(words.writing);
const inTurn = (job) => turns.next(job);
const composer = new Composer(words, (written) => say(written));
const state = (lost) => ($("state").textContent = lost ? words.connecting : "");
const stream = new Stream({ hello, letter, gone, forgotten }, state, nobody);

// Those that listen to nothing just now hear of a leaving, too; and of who is known from now on.
hearOthers({ forgotten, known: () => stream.known || stream.met() });

let opened = now(); // what was written before waited for the visitor
let noticed = null; // the last notice
let farewell = null; // the answer that said that all is erased
let renewed = false; // a newer version of the page has been offered
let strange = false; // it has been said that the browser is not recognised

// Asking

/** Says what was written; `shown` is what the visitor is seen to say. */
function say(written, shown = written) {
  const bubble = conversation.mine(shown, now());
  $("quick").hidden = true;
  inTurn(() => put({ words: written }, { bubble }));
}

/** A choice under a message; where its answer stands in that message's place, nothing is said. */
function press(article, button, pressed) {
  if (button.share) return share(button.share, button.title, pressed, words.copied, tell);
  if (article.hasAttribute("aria-busy")) return undefined;
  article.setAttribute("aria-busy", "true");
  const question = { press: button.command, under: conversation.textOf(article).slice(0, 4000) };
  return inTurn(() => put(question, { old: article, label: button.label }));
}

async function put(question, from) {
  try {
    take(await call("/chat/say", { ...question, language, timezone }), question, from);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    failed(error, question, from);
  } finally {
    from.old?.removeAttribute("aria-busy");
  }
}

function take(told, question, { bubble = null, old = null, label = "" }) {
  const { message, notice } = told;
  notify(notice);
  if (message) {
    const inPlace = message.replaces && old?.isConnected;
    const after = bubble ?? (old && !inPlace ? conversation.mine(label, now()) : null);
    const article = conversation.answer(message, { old, after });
    farewell = /^\/?forget\b/i.test(question.press ?? question.words) ? article : null;
    if (message.asks || question.press === "search") composer.focus(); // it wants words now
  }
  if (told.renewed) stream.forget(); // it was for somebody this browser no longer is
  if (told.known && !stream.known) tellOthers("known");
  if (told.known) stream.met();
  else if (stream.known) forgotten();
  offer();
}

/** Something that Herald says beside its answers; said again, it moves to the end. */
function notify(notice) {
  if (!notice) return;
  if (noticed) conversation.remove(noticed);
  noticed = conversation.note(notice);
}

function failed(error, question, from) {
  const { bubble = null } = from;
  bubble?.classList.add("unsent");
  const again = () => {
    conversation.remove(note);
    bubble?.classList.remove("unsent");
    composer.focus();
    inTurn(() => put(question, from));
  };
  const why = error.message || words.away;
  const said = bubble ? `${words.unsent} ${why}` : why;
  const note = conversation.note(said, words.retry, error.again ? again : null);
  if (!error.again && bubble) composer.giveBack(question.words);
}

/** Says why something could not be had, and offers to ask for it once more. */
function sorry(error, again) {
  if (!(error instanceof Refused)) throw error;
  const note = conversation.note(error.message || words.away, words.retry, () => {
    conversation.remove(note);
    again();
  });
}

// What comes by itself

function hello({ version }) {
  if (version && version !== document.body.dataset.version && !renewed) {
    renewed = true;
    conversation.note(words.newer, words.reload, () => location.reload());
  }
}

function letter(message) {
  const waited = Date.parse(message.at) <= opened;
  if (waited) conversation.quiet();
  if (conversation.letter(message, waited)) came();
}

function gone({ id }) {
  conversation.gone(id);
}

/** All is erased, from here or from another page: when what was asked here is answered, only the
    answer that says so stays. */
function forgotten() {
  stream.forget();
  inTurn(async () => {
    const kept = farewell?.isConnected ? farewell : null;
    conversation.clear(kept);
    composer.clear();
    seen(); // nothing of what the title counts is there any more
    if (kept) tellOthers("forgotten");
    else conversation.note(words.erased);
    offer();
  });
}

/** The server gave a cookie and the browser brings none: it keeps none, most likely. */
function nobody() {
  if (!strange) conversation.note(words.strange);
  strange = true;
}

// Leaving

function leave() {
  inTurn(async () => {
    stream.close(); // this page has its own answer
    try {
      const { message } = await call("/chat/leave", { language });
      stream.forget();
      tellOthers("forgotten");
      conversation.clear();
      composer.clear();
      if (message) conversation.answer(message).focus();
    } catch (error) {
      sorry(error, leave);
      stream.open();
    }
    offer();
  });
}

// The page

/** Suggestions, where the conversation offers nothing to press. */
function offer() {
  $("quick").hidden = conversation.hasChoices;
}

async function welcome() {
  try {
    const { message, notice, known } = await call(`/chat/welcome?language=${language}`);
    opened = now();
    conversation.welcome(message);
    notify(notice);
    if (known) stream.met();
  } catch (error) {
    sorry(error, welcome);
    stream.open(); // we were not told who this is
  }
  offer();
}

/** A link may ask for a release, `?start=r12`. It may not subscribe anybody: that takes a press. */
function started() {
  const [, number] = /^r([0-9]{1,9})$/.exec(query.get("start") ?? "") ?? [];
  if (number) inTurn(() => put({ press: `release ${number}`, under: "" }, {}));
  if (!query.has("start")) return;
  query.delete("start"); // once, and not at every loading of the page
  history.replaceState(null, "", `${query}` ? `?${query}` : location.pathname);
}

/** Another language: who is known here is spoken to in it from now on, and not only this page. */
function speak(event, { href, hreflang }) {
  if (!stream.known) return;
  event.preventDefault();
  inTurn(async () => {
    const wish = { press: `settings language ${hreflang}`, under: "", language, timezone };
    await call("/chat/say", wish).catch(() => {}); // then it is this page alone
    location.assign(href);
  });
}

$("quick").addEventListener("click", ({ target }) => {
  if (target.dataset.command) say(`/${target.dataset.command}`, target.textContent);
});
// Who begins to write is heard, wherever the focus is: after a click on a choice, say.
addEventListener("keydown", (event) => {
  const letter = event.key.length === 1 && event.key !== " ";
  if (letter && !event.ctrlKey && !event.altKey && !event.metaKey) composer.focus();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  seen();
  conversation.nameDays();
});

// A page that the browser had put aside is asked for anew: what stood on it may be erased by now.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

watchHeader({ leave, speak });
await welcome();
started();
// Not in a frame, which would take the focus from the page around it, nor where it opens a keyboard.
const unfocused = document.activeElement === document.body;
if (unfocused && !framed && matchMedia("(pointer: fine)").matches) composer.focus();
