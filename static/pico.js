// The Picolytics tracker. What it sends, when, and how a page talks to it: docs/tracking.md.
//
// It sets no cookie, writes no storage, and sends nothing for visitors who opted out. The build (scripts/build/tracker.mjs) makes it
// fit into less than 1,000 bytes; that is why locals are written as default parameters, and why some long names have a short alias.
{
  let browser = navigator;
  let page = document;
  let past = history;
  let display = screen;
  let endpoint = new URL('p', page.currentScript.src); // beside the script: /stats/pico.js posts to /stats/p
  let popstate = 'popstate';

  let url; // of the page as last seen, cut so that a long one still fits into a request
  let referrer = page.referrer; // within a single-page application: the page before
  let timing; // of the load being reported; anything without these fields at other times

  // What the server knows: falsy, nothing yet; true, that the page was hidden; 2, that it is on screen.
  let state;

  let send = (
    name,
    properties,
    interactive,
    refusals = [browser.globalPrivacyControl, browser.doNotTrack],
    message = JSON.stringify({
      n: name,
      l: url,
      r: referrer,
      lt: timing?.loadEventEnd | 0,
      fb: timing?.responseStart | 0,
      sw: display.width,
      sh: display.height,
      pr: devicePixelRatio,
      pd: display.pixelDepth,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      p: properties, // undefined, and so left out, for all but custom events
      i: interactive,
    }),
  ) => {
    try {
      refusals += localStorage.pico_optout;
    } catch {} // storage is blocked: then no flag can be there
    // Do-Not-Track is refusal as "1" or "yes" only: "0" and "unspecified" are none.
    /1|yes|true/.test(refusals) ||
      browser.sendBeacon?.(endpoint, message) ||
      fetch(endpoint, { method: 'POST', body: message, keepalive: 1 }).catch(look); // a look too many does no harm
  };

  // Sends one event for one navigation, whoever tells of it first. `end`: what ends the part of the address that makes another page.
  // `from` is left to its default; hook() uses the place to run the original before the address is read.
  let moved = (name, end = '#', from = url) => {
    url = page.URL.slice(0, 1e3);
    if (state)
      if (from.split(end)[0] != url.split(end)[0]) {
        referrer = from;
        send(name);
      } else if (end[0] && from != url) send('hashchange');
  };

  // Tells the server what has changed for the visitor. Called for everything that may have changed it, in whatever order it comes,
  // and without an event by the clock.
  let look = (event, leaving = event?.type == 'pagehide') =>
    moved(popstate) || leaving || page.hidden // hidden is true while prerendering, too
      ? // A page that was left and is alive again came from the back-forward cache: forget it, and its next look is a new load.
        (state > 1 && send('hidden'), (state &&= !leaving))
      : state > 1
        ? event || send('ping')
        : page.readyState == 'complete' && // loadEventEnd is known by then: pageshow follows the load event
          ((timing ??= performance.getEntriesByType('navigation')[0]), send(state ? 'visible' : 'load'), (timing = state = 2));

  let hook = (method, end, original = past[(method += 'State')]) =>
    (past[method] = (...call) => moved('pushstate', end, original.apply(past, call)));

  pico = (name, properties = {}, interactive) => send(name, properties, interactive);

  hook('push');
  hook('replace', /[?#]/); // counts with a new path only: applications note filters and scroll positions by it

  // A change of the fragment fires popstate first, so hashchange need not be heard.
  ['visibilitychange', 'pageshow', 'pagehide', popstate].map((type) => addEventListener(type, look));
  look(); // the script may come after pageshow
  setInterval(look, 3e4);
}
