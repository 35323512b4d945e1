// Keeps what was looked at last, and what was sent into the void, on a phone that has left the house.
// VERSION stands above this line, put there by the box.
//
// Pages: asked of the box first; where it is out of reach, the copy of the last look, else a page that
// says so. Forms of QUEUED that do not get through wait in this browser until a page that is open has
// the box again (page.js); each carries a key, so that the box does nothing twice.
"use strict";

const SHELL = "linli-shell-" + VERSION;
const PAGES = "linli-pages";
const PAGES_MAX = 40;
const AWAY = "/waiting";
const FILES = [AWAY, ...["style.css", "page.js", "away.js", "icon.svg"].map((name) => `/assets/${name}?v=${VERSION}`)];
// Nothing private: no vault, no paper key, no person's card.
const KEPT = /^\/((ask|groups|requests|news|rota|network)?|(groups|requests|news)\/[0-9a-f]+)$/;
const QUEUED = /^\/(ask|groups\/[0-9a-f]+\/post|requests\/[0-9a-f]+\/act)$/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith("linli-shell-") && name !== SHELL) await caches.delete(name);
  }
  await clients.claim();
})()));

const away = async () => (await caches.match(AWAY)) || Response.error();

const keep = async (request, answer) => {
  const cache = await caches.open(PAGES);
  await cache.put(request.url, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - PAGES_MAX))) await cache.delete(old);
};

const look = async (event) => {
  const { request } = event;
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && KEPT.test(new URL(request.url).pathname)) {
      event.waitUntil(keep(request, answer.clone()));
    }
    return answer;
  } catch (error) {
    const kept = await (await caches.open(PAGES)).match(request.url);
    return kept || away();
  }
};

const put = (entry) => new Promise((resolve, reject) => {
  const opening = indexedDB.open("linli", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const change = opening.result.transaction("waiting", "readwrite");
    change.objectStore("waiting").put(entry);
    change.oncomplete = () => { opening.result.close(); resolve(); };
    change.onerror = () => reject(change.error);
  };
});

const send = async (request) => {
  const body = await request.clone().text();
  try {
    return await fetch(request);
  } catch (error) {
    const path = new URL(request.url).pathname;
    const fields = new URLSearchParams(body);
    fields.delete("token");
    const once = fields.get("once") || "";
    await put({ key: path + "?" + fields, path, body: String(fields), who: once.slice(0, 16), at: Date.now() });
    return Response.redirect(AWAY, 303);
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const opens = request.mode === "navigate";
  if (request.method === "POST" && opens) {
    if (QUEUED.test(url.pathname)) event.respondWith(send(request));
    // Somebody else has the phone now: what the one before looked at is not his.
    else if (["/me", "/pair"].includes(url.pathname)) event.waitUntil(caches.delete(PAGES));
  } else if (request.method === "GET" && opens) {
    event.respondWith(look(event));
  } else if (request.method === "GET" && url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});
