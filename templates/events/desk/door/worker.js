// The door without a connection: the page and what it loads, from what was kept when there was one.
// Only addresses below the door's own come here; whatever is sent is sent by the page itself.
"use strict";
const CACHE = "door-{{ slug }}";
const DOOR = new URL(self.registration.scope);
const SHELL = `${DOOR.pathname}?shell=1`;
const PATIENCE = 4000; // milliseconds until a page that does not come is taken from the cache

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (!event.data || !event.data.keep) return;
  event.waitUntil(keep(event.data.keep).then(() => event.source.postMessage({ kept: true })));
});

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  const shell = await fetch(SHELL, { redirect: "manual" });
  if (shell.ok) await cache.put(SHELL, shell);
  await Promise.all(
    addresses.map(async (address) => {
      if (!(await cache.match(address))) await cache.add(address).catch(() => {});
    }),
  );
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== DOOR.origin) return;
  if (request.mode === "navigate") {
    if (address.pathname === DOOR.pathname) event.respondWith(page(request));
  } else if (address.pathname.startsWith("/static/")) {
    event.respondWith(asset(request));
  }
});

async function page(request) {
  const kept = await caches.open(CACHE).then((cache) => cache.match(SHELL));
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE));
  return Promise.race([fetch(request).catch(() => kept.clone()), late]);
}

// Files of the portal have a hash in their name: what is kept is never old.
async function asset(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) || fetch(request);
}
