// Small comforts. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // Menus made of <details>: one open at a time, closed by Escape and by a click elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // Filters stand open where there is room for them (browsers without ::details-content).
  const wide = window.matchMedia("(min-width: 62rem)");
  const openFilters = () => {
    if (wide.matches) document.querySelectorAll("details.filters").forEach((f) => (f.open = true));
  };
  wide.addEventListener("change", openFilters);
  openFilters();

  // On a phone the filters cover the results. Whoever presses the button gets to see them: the
  // filters shut, the reading goes on at the results' head. A select that changes moves nothing.
  document.addEventListener("htmx:afterSettle", (event) => {
    const form = event.detail.requestConfig?.elt;
    const results = form?.dataset?.results && document.getElementById(form.dataset.results);
    if (!results || wide.matches) return;
    if (event.detail.requestConfig.triggeringEvent?.type !== "submit") return;
    const filters = form.querySelector("details.filters");
    if (filters.querySelector(".invalid-feedback")) {
      filters.querySelector(".form-field:has(.invalid-feedback) :is(input, select)")?.focus();
      return;
    }
    filters.open = false;
    results.focus();
  });

  // Options that are moved into a select one by one leave the last one chosen. What the answer
  // marks as chosen is; but what somebody has chosen while it was on its way stays, and is asked
  // for next.
  const sent = new Map();
  const newer = new Map();
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "filters") return;
    event.detail.elt.querySelectorAll("select").forEach((each) => sent.set(each.id, each.value));
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const select = event.detail.target;
    if (!(select instanceof HTMLSelectElement) || sent.get(select.id) === select.value) return;
    newer.set(select.id, select.selectedOptions[0].cloneNode(true));
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const select = event.detail.target;
    if (!(select instanceof HTMLSelectElement)) return;
    const options = [...select.options];
    const option = newer.get(select.id);
    newer.delete(select.id);
    if (option && !options.some((each) => each.value === option.value)) select.append(option);
    if (option) select.value = option.value;
    else select.selectedIndex = Math.max(options.findIndex((each) => each.defaultSelected), 0);
  });

  document.addEventListener("click", (event) => {
    const printing = event.target.closest("[data-print]");
    if (printing) window.print();
    const sharing = event.target.closest("[data-share]");
    if (sharing) {
      const url = sharing.dataset.share || window.location.href;
      navigator.share({ title: document.title, url }).catch(() => {});
    }
  });
  if (!navigator.share) document.querySelectorAll("[data-share]").forEach((b) => b.remove());

  // A second tap on "send" within a few seconds would send twice.
  let filling;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    history.replaceState(history.state, "", location.href.split("#")[0]);
    if (form === filling && !event.defaultPrevented) filling = null;
    setTimeout(() => delete form.dataset.sent, 5000);
  });

  // Whoever leaves a form half filled in, by the language menu for instance, is asked first. Lists
  // in which one only ticks rows do not ask.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.method === "post" && !form.matches("[data-ticking]")) filling = form;
  });
  window.addEventListener("beforeunload", (event) => {
    if (filling?.isConnected) event.preventDefault();
  });

  // What is too long is told, not cut; fetched where somebody begins to write such a text. Where it
  // does not come, the form itself says so.
  document.addEventListener("focusin", ({ target }) => {
    if (!target.dataset.limit) return;
    import(target.dataset.limitScript).then((it) => it.tell(target), () => {});
  });

  // The map beside a list is a drawing. What makes it move, twice as much as the page itself, is
  // fetched when somebody asks for it: by the button, for all lists of this visit, or by the address
  // of the map.
  const startMap = () => {
    const panel = document.querySelector("[data-map]");
    if (!panel) return;
    const button = panel.querySelector("[data-map-open]");
    const missing = panel.querySelector("[data-map-missing]");
    let address = panel.dataset.map;
    const start = async () => {
      missing.textContent = "";
      try {
        const map = await import(address);
        await map.open(panel);
      } catch (error) {
        address += "?"; // browsers may remember under an address that a module did not come
        missing.textContent = panel.dataset.wordsMissing;
        offer();
        throw error;
      }
    };
    const offer = () => {
      button.hidden = false;
      button.onclick = () => {
        sessionStorage.setItem("map", "asked");
        start().then(() => panel.querySelector("[data-map-place]").focus());
      };
    };
    const asked = "mapAsked" in panel.dataset || sessionStorage.getItem("map");
    if (asked && !navigator.connection?.saveData) {
      if (document.readyState === "complete") start();
      else window.addEventListener("load", start, { once: true });
      return;
    }
    offer();
  };
  document.addEventListener("htmx:historyRestore", startMap);
  startMap();

  // After a form came back with errors, start there.
  document.querySelector("[data-focus]")?.focus();
})();

// What a telephone kept at an event's door.
if (localStorage["door-until"]) import(document.currentScript.dataset.after);
