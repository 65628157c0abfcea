// What a telephone kept at the door of an event is gone after it.

import { erase } from "./door_store.js";

const all = JSON.parse(localStorage.getItem("door-until") || "{}");
if (!document.querySelector("[data-door]")) {
  Object.keys(all)
    .filter((slug) => Date.now() > all[slug])
    .forEach(erase);
}
