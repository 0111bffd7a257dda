// What came while nobody looked, counted in the title.

const title = document.title;
let unread = 0;

/** Something has come; counted where the page is out of sight. */
export function came() {
  if (!document.hidden) return;
  unread += 1;
  document.title = `(${unread}) ${title}`;
}

/** The page is looked at. */
export function seen() {
  unread = 0;
  document.title = title;
}
