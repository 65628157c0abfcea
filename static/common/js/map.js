// The map beside a list: Leaflet over a drawing of neighbourhoods, asked for by portal.js when a
// reader wants it. Nobody but this portal is asked for anything until the reader wants tiles.

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const [MIN_ZOOM, MAX_ZOOM] = [9, 17];
const REACH = [[51.9, 12.4], [53.2, 14.4]]; // nobody gets lost
const MOST_TITLES = 8; // in a popup; more are a list
const CLOSE_BY = 0.0006; // degrees: the squares that the server counts in
let leave; // ends what an earlier panel listens to
let Sign; // a mark that says what it is; made once Leaflet is here

export async function open(panel) {
  if (panel.dataset.opened) return;
  panel.dataset.opened = "yes";
  leave?.abort();
  leave = new AbortController();
  try {
    await Promise.all(panel.dataset.styles.split(" ").map(addStyles));
    for (const address of panel.dataset.scripts.split(" ")) await addScript(address);
    Sign ??= L.DivIcon.extend({
      createIcon(old) {
        const element = L.DivIcon.prototype.createIcon.call(this, old);
        element.setAttribute("aria-label", this.options.label);
        element.title = this.options.label;
        return element;
      },
    });
    new ListMap(panel, leave.signal).start();
  } catch (error) {
    delete panel.dataset.opened; // the drawing stays
    throw error;
  }
}

const added = (element) =>
  new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });

function addStyles(href) {
  if (document.querySelector(`link[href="${href}"]`)) return null;
  return added(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}

function addScript(src) {
  if (document.querySelector(`script[src="${src}"]`)) return null;
  return added(Object.assign(document.createElement("script"), { src }));
}

function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

class ListMap {
  constructor(panel, signal) {
    this.panel = panel;
    this.signal = signal;
    this.words = panel.dataset;
    this.form = document.getElementById("filters");
    this.ground = JSON.parse(document.getElementById("map-ground").textContent);
    this.status = panel.querySelector("[data-map-status]");
    this.search = panel.querySelector("[data-map-search]");
    this.box = this.form.querySelector("[data-map-box]");
    this.opener = null; // where the mark is that a popup belongs to
    this.focusNext = null; // where a mark gets the focus once the points are there
  }

  start() {
    const place = this.panel.querySelector("[data-map-place]");
    place.hidden = false;
    this.panel.querySelector(".map-panel__drawing").hidden = true;
    this.panel.querySelector("[data-map-tools]").hidden = false;
    this.panel.querySelector("[data-map-open]").hidden = true;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", this.words.wordsMap);
    this.place = place;
    this.map = L.map(place, {
      minZoom: MIN_ZOOM,
      maxZoom: MAX_ZOOM,
      maxBounds: REACH,
      zoomSnap: 0.5,
      attributionControl: false,
      zoomControl: false,
      scrollWheelZoom: false, // until somebody is in the map: the page scrolls over it
      zoomAnimation: !still,
      fadeAnimation: !still,
      markerZoomAnimation: !still,
      inertia: !still,
    });
    L.control
      .zoom({ zoomInTitle: this.words.wordsIn, zoomOutTitle: this.words.wordsOut })
      .addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.on("focus click", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur mouseout", () => this.map.scrollWheelZoom.disable());
    this.marks = L.markerClusterGroup({
      maxClusterRadius: 44,
      animate: false,
      showCoverageOnHover: false,
      spiderfyOnMaxZoom: false,
      zoomToBoundsOnClick: false,
      iconCreateFunction: (cluster) => this.sign(countOf(cluster.getAllChildMarkers())),
    }).addTo(this.map);
    this.marks.on("click clusterclick", (event) => this.activate(event.layer, false));
    this.area = this.form.elements.area?.value;
    const area = this.ground.find((land) => land.key === this.area);
    this.look(this.section() ? null : area);
    this.drawGround();
    this.map.on("moveend", () => this.refresh());
    this.map.on("zoomend", () => this.sortNames());
    this.listen();
    this.refresh();
  }

  // The section that the list is narrowed to, if there is one.
  section() {
    const box = this.box.value.split(",").map(Number);
    if (box.length !== 4 || !box.every(Number.isFinite)) return null;
    return L.latLngBounds([box[1], box[0]], [box[3], box[2]]);
  }

  // At a neighbourhood just chosen, else at the section searched, else at all of Pankow.
  look(area) {
    const options = { animate: false };
    const section = this.section();
    if (area) {
      this.map.setView(area.at, area.district ? 12 : 13, options);
    } else if (section) {
      this.map.fitBounds(section, options);
    } else {
      const lands = this.ground.filter((land) => !land.district);
      this.map.fitBounds(L.latLngBounds(lands.map((land) => land.at)).pad(0.12), options);
    }
  }

  drawGround() {
    this.base = L.layerGroup();
    for (const land of this.ground) {
      const radius = land.district ? 2600 : 1100;
      L.circle(land.at, { radius, className: "map-land", interactive: false }).addTo(this.base);
    }
    this.names = this.ground.map((land) => {
      const html = make("span", {}, land.name);
      const icon = L.divIcon({ className: "map-name", html, iconSize: null });
      const options = { icon, interactive: false, keyboard: false, zIndexOffset: -1000 };
      return L.marker(land.at, options).addTo(this.base);
    });
    this.base.addTo(this.map);
    this.frame();
    this.sortNames();
  }

  // What the list is narrowed to.
  frame() {
    this.framed?.remove();
    const section = this.section();
    if (!section) return;
    this.framed = L.rectangle(section, { className: "map-box", interactive: false });
    this.framed.addTo(this.map);
  }

  // A name stands below its point or above it, where it covers no mark and no other name; without
  // room it stays away. The first ones win.
  sortNames() {
    const taken = [...this.place.querySelectorAll(".map-mark")].map((mark) => mark.getBoundingClientRect());
    const meets = (own) => taken.some(
      (other) =>
        own.left < other.right && other.left < own.right &&
        own.top < other.bottom && other.top < own.bottom,
    );
    for (const name of this.names) {
      const element = name.getElement();
      if (!element) continue;
      const { left: x, top: y } = element.getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = element.firstElementChild;
      const tops = { near: y + 10, below: y + 24, above: y - 24 - height }; // as map.css moves it
      const found = Object.entries(tops)
        .map(([where, top]) => ({ where, left: x - width / 2, right: x + width / 2, top, bottom: top + height }))
        .find((own) => !meets(own));
      element.classList.toggle("map-name--hidden", !found);
      if (!found) continue;
      element.dataset.where = found.where;
      taken.push(found);
    }
  }

  listen() {
    const { signal } = this;
    this.place.addEventListener("keydown", (event) => this.key(event), { signal });
    this.map.on("popupopen", ({ popup }) => this.dressPopup(popup));
    this.search.addEventListener("click", (event) => this.searchHere(event), { signal });
    const tiles = this.panel.querySelector("[data-map-tiles]");
    if (tiles) {
      tiles.hidden = false;
      tiles.querySelector("button").addEventListener("click", () => this.loadTiles(tiles), { signal });
    }
    // The list's filters have changed in place.
    document.addEventListener(
      "htmx:afterSettle",
      (event) => {
        if (event.detail.requestConfig?.elt !== this.form) return;
        clearTimeout(this.changing); // htmx says so once for each element
        this.changing = setTimeout(() => this.follow(), 0);
      },
      { signal },
    );
    for (const [type, lit] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
      document.addEventListener(
        type,
        (event) => {
          const card = event.target.closest?.("[data-at]");
          if (card) this.light(card, lit);
        },
        { signal },
      );
    }
  }

  follow() {
    const key = this.form.elements.area?.value;
    if (key !== this.area) this.look(this.ground.find((land) => land.key === key));
    this.area = key;
    this.frame();
    this.refresh();
  }

  // The filters as the form has them; a map looks at a section of its own.
  filters() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (value.trim() && !["box", "view", "page"].includes(name)) query.append(name, value);
    }
    return query;
  }

  async refresh() {
    this.asking?.abort();
    this.asking = new AbortController();
    const bounds = this.map.getBounds();
    const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const query = this.filters();
    query.set("bbox", edges.map((edge) => edge.toFixed(3)).join(","));
    try {
      const answer = await fetch(`${this.words.url}?${query}`, { signal: this.asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      this.draw(await answer.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.status.textContent = this.words.wordsFailed;
      this.focusNext = null;
    }
  }

  draw(found) {
    const now = document.activeElement;
    if (!this.focusNext && now?.classList.contains("map-mark")) this.focusNext = this.layerOf(now)?.getLatLng();
    this.marks.clearLayers();
    this.marks.addLayers([
      ...found.places.map(({ at, items }) =>
        L.marker(at, {
          icon: this.sign(items.length, items[0][1]),
          count: items.length,
          items,
          bounds: L.latLngBounds(at, at),
        }),
      ),
      ...found.clusters.map(([latitude, longitude, count, west, south, east, north]) =>
        L.marker([latitude, longitude], {
          icon: this.sign(count),
          count,
          items: [],
          bounds: L.latLngBounds([south, west], [north, east]),
        }),
      ),
    ]);
    requestAnimationFrame(() => this.sortNames()); // once the marks are where they belong
    this.found = found;
    this.status.textContent = `${this.words.wordsShown} ${found.total}`;
    const query = this.filters();
    query.set("box", found.box.map((edge) => edge.toFixed(3)).join(","));
    this.search.href = `${this.form.getAttribute("action")}?${query}`;
    if (this.focusNext) this.focusNear(this.focusNext);
    this.focusNext = null;
    this.place.dataset.drawn = String(Number(this.place.dataset.drawn || 0) + 1);
  }

  // One entry is a pin with its title, several are a number.
  sign(count, title) {
    const one = count === 1 && title;
    const size = one ? 26 : Math.min(34 + 6 * String(count).length, 58);
    return new Sign({
      className: one ? "map-mark map-mark--one" : "map-mark",
      html: one ? "" : String(count),
      iconSize: [size, size],
      label: one ? title : `${this.words.wordsHere} ${count}`,
    });
  }

  layerOf(element) {
    let found = null;
    this.map.eachLayer((layer) => {
      if (layer instanceof L.Marker && layer.getElement() === element) found = layer;
    });
    return found;
  }

  focusNear(point) {
    let nearest = null;
    let least = Infinity;
    this.map.eachLayer((layer) => {
      if (!(layer instanceof L.Marker) || !layer.getElement()?.classList.contains("map-mark")) return;
      const distance = this.map.distance(layer.getLatLng(), point);
      if (distance < least) [nearest, least] = [layer, distance];
    });
    (nearest?.getElement() || this.place).focus({ preventScroll: true });
  }

  key(event) {
    if (event.key === "Escape" && this.popup?.isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      this.closePopup();
    } else if ((event.key === "Enter" || event.key === " ") && event.target.classList.contains("map-mark")) {
      event.preventDefault();
      event.stopPropagation();
      this.activate(this.layerOf(event.target), true);
    }
  }

  // A number leads closer until there is nothing to come closer to; then it says what is there.
  activate(layer, byKey) {
    if (!layer) return;
    const marks = layer.getAllChildMarkers ? layer.getAllChildMarkers() : [layer];
    const bounds = L.latLngBounds([]);
    marks.forEach((mark) => bounds.extend(mark.options.bounds));
    const extent = Math.max(bounds.getEast() - bounds.getWest(), bounds.getNorth() - bounds.getSouth());
    const told = marks.every((mark) => mark.options.items.length === mark.options.count);
    const near = extent === 0 || (!told && extent <= 2 * CLOSE_BY);
    if (near || this.map.getZoom() >= MAX_ZOOM) {
      this.tell(layer.getLatLng(), marks, bounds);
      return;
    }
    if (byKey) this.focusNext = layer.getLatLng();
    const closer = Math.max(this.map.getBoundsZoom(bounds), this.map.getZoom() + 1);
    this.map.setView(bounds.getCenter(), Math.min(closer, MAX_ZOOM), { animate: !still });
  }

  tell(point, marks, bounds) {
    const count = countOf(marks);
    const items = marks.flatMap((mark) => mark.options.items).slice(0, MOST_TITLES);
    const content = make("div");
    if (count > 1) content.append(make("p", {}, `${this.words.wordsHere} ${count}`));
    const list = make("ul");
    for (const [key, title, address, language] of items) {
      const own = make("a", { href: address, lang: language, dir: "auto" }, title);
      const entry = make("li", {}, own);
      const card = document.getElementById(`entry-${key}`);
      if (card?.offsetParent) {
        const there = make("a", { href: `#entry-${key}` }, this.words.wordsCard);
        there.addEventListener("click", (event) => {
          event.preventDefault();
          card.querySelector("a").focus();
          card.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
        });
        entry.append(" ", there);
      }
      list.append(entry);
    }
    if (items.length) content.append(list);
    if (count > items.length) {
      const query = this.filters();
      const edges = [
        bounds.getWest(), bounds.getSouth(),
        Math.max(bounds.getEast(), bounds.getWest() + 0.0001),
        Math.max(bounds.getNorth(), bounds.getSouth() + 0.0001),
      ];
      query.set("box", edges.map((edge) => edge.toFixed(5)).join(","));
      const href = `${this.form.getAttribute("action")}?${query}`;
      content.append(make("p", {}, make("a", { href }, this.words.wordsAll)));
    }
    this.opener = point;
    this.popup = L.popup({ maxWidth: 280, minWidth: 180, autoPanPadding: [16, 16], offset: [0, -6] })
      .setLatLng(point)
      .setContent(content)
      .openOn(this.map);
    content.querySelector("a")?.focus({ preventScroll: true });
  }

  dressPopup(popup) {
    const button = popup.getElement().querySelector(".leaflet-popup-close-button");
    button.setAttribute("aria-label", this.words.wordsClose);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.closePopup();
    });
  }

  closePopup() {
    this.map.closePopup();
    if (this.opener) this.focusNear(this.opener);
    this.opener = null;
  }

  // With htmx and the list in view the list follows at once; else the link leads to it.
  searchHere(event) {
    const list = document.querySelector("#results .card-list, #results .empty-state");
    if (!this.form.hasAttribute("hx-get") || !window.htmx || !list?.offsetParent) return;
    event.preventDefault();
    this.box.value = new URL(this.search.href).searchParams.get("box");
    this.form.requestSubmit();
  }

  light(card, lit) {
    this.lit?.classList.remove("map-mark--lit");
    this.lit = null;
    if (!lit) return;
    const point = L.latLng(card.dataset.at.split(",").map(Number));
    const mark = this.marks.getLayers().find((one) => one.options.bounds.pad(0.01).contains(point));
    const seen = mark && this.marks.getVisibleParent(mark);
    this.lit = seen?.getElement() || null;
    this.lit?.classList.add("map-mark--lit");
  }

  loadTiles(notice) {
    const { tiles, attribution } = this.words;
    const layer = L.tileLayer(tiles, { maxZoom: MAX_ZOOM, minZoom: MIN_ZOOM });
    layer.once("tileload", () => {
      this.base.remove();
      this.names = [];
    });
    layer.once("tileerror", () => (this.status.textContent = this.words.wordsNoTiles));
    layer.addTo(this.map);
    const source = make("span", {}, attribution);
    L.control.attribution({ prefix: false }).addAttribution(source.innerHTML).addTo(this.map);
    this.map.options.zoomSnap = 1; // pictures are sharp at whole steps only
    this.map.setZoom(Math.round(this.map.getZoom()), { animate: false });
    notice.remove();
    this.place.focus({ preventScroll: true });
  }
}

const countOf = (marks) => marks.reduce((sum, mark) => sum + mark.options.count, 0);
