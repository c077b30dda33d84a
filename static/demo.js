// The demo page: three things to do, and a table of what became of them. GET /demo/events answers with this visitor's own events,
// newest first; the server knows the visitor by the request itself.
const pollMs = 1000;
const byId = (id) => document.getElementById(id);

const tag = `<script defer src="${location.origin}/pico.js"></script>`;
const showAddress = () => {
  byId('address').textContent = location.pathname + location.hash;
};

byId('custom').addEventListener('click', () => window.pico?.('signup', { plan: 'free' }));
byId('navigate').addEventListener('click', () => {
  history.pushState(null, '', location.pathname === '/demo' ? '/demo/second' : '/demo');
  showAddress();
});
byId('fragment').addEventListener('click', () => {
  location.hash = location.hash === '#details' ? '#summary' : '#details';
});
addEventListener('popstate', showAddress);

byId('tag').textContent = tag;
byId('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(tag); // only there on https and localhost
    byId('copy').textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(byId('tag'));
    byId('copy').textContent = 'Selected';
  }
});

const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const keyOf = (event) => [event.at, event.name, event.path, event.visit].join('|');
let known; // keys of the rows shown; undefined before the first answer, so that not everything is fresh at once

const rowOf = (event) => {
  const row = document.createElement('tr');
  const visit = String(event.visit).slice(-6);
  const cells = [time.format(new Date(event.at)), event.name, event.path, event.browser, event.os, event.country || '–', event.channel, visit];
  for (const text of cells) row.insertCell().textContent = text;
  row.classList.toggle('fresh', known !== undefined && !known.has(keyOf(event)));
  return row;
};

const show = (events) => {
  const keys = events.map(keyOf);
  if (known?.size === keys.length && keys.every((key) => known.has(key))) return;
  byId('rows').replaceChildren(...events.map(rowOf));
  byId('empty').hidden = events.length > 0;
  known = new Set(keys);
};

const say = (text, live) => {
  if (byId('status').textContent !== text) byId('status').textContent = text; // a screen reader repeats every change
  byId('status').classList.toggle('live', live);
};

const poll = async () => {
  try {
    const answer = await fetch('/demo/events', { cache: 'no-store' });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const { events, committed } = await answer.json();
    show(events);
    say(committed ? 'Live' : 'Safe on disk, Postgres is behind', committed);
  } catch {
    say('The server does not answer, trying again', false);
  }
  setTimeout(poll, pollMs);
};

showAddress();
poll();
