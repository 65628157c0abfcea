// What a telephone kept at the door of an event (door_store.js) is gone after it.
(() => {
  "use strict";
  const all = JSON.parse(localStorage.getItem("door-until") || "{}");
  const over = Object.keys(all).filter((slug) => Date.now() > all[slug]);
  if (!over.length || document.querySelector("[data-door]")) return;
  over.forEach((slug) => {
    indexedDB.deleteDatabase(`door-${slug}`);
    if ("caches" in window) caches.delete(`door-${slug}`);
    navigator.serviceWorker?.getRegistrations().then((workers) =>
      workers
        .filter(({ scope }) => scope.endsWith(`/${slug}/door/`))
        .forEach((worker) => worker.unregister()),
    );
    delete all[slug];
  });
  localStorage.setItem("door-until", JSON.stringify(all));
})();
