// The map beside a list: Leaflet over a drawing of neighbourhoods, asked for by portal.js when a
// reader wants it. Nobody but this portal is asked for anything until the reader wants tiles.

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const [MIN_ZOOM, MAX_ZOOM] = [9, 17];
const REACH = [[51.9, 12.4], [53.2, 14.4]]; // nobody gets lost
const ROOM_BELOW = 104; // pixels: as high as the buttons to zoom, and the space around them
const MOST_TITLES = 8; // in a popup; more are a list
const PER_DEGREE = 1000; // the squares that the server counts in and a list is narrowed to
const FREE = 48; // pixels between what is shown and the map's edge: more than half of a mark
const coming = new Map(); // scripts and styles that are here or on their way
let leave; // ends what an earlier panel listens to
let Sign; // a mark that says what it is; made once Leaflet is here

export async function open(panel) {
  if (panel.dataset.opened) return;
  panel.dataset.opened = "yes";
  leave?.abort();
  leave = new AbortController();
  try {
    await Promise.all(panel.dataset.styles.split(" ").map(styles));
    for (const address of panel.dataset.scripts.split(" ")) await script(address);
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

const styles = (href) => once(href, "link", { rel: "stylesheet", href });
const script = (src) => once(src, "script", { src });

// What did not come leaves nothing behind, so that it can be asked for again.
function once(address, name, attributes) {
  if (!coming.has(address)) {
    const element = make(name, attributes);
    coming.set(address, new Promise((resolve, reject) => {
      element.onload = resolve;
      element.onerror = () => {
        element.remove();
        coming.delete(address);
        reject(new Error(`${address} did not come`));
      };
      document.head.append(element);
    }));
  }
  return coming.get(address);
}

function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

// Sections in squares: west, south, east and north, the last two beyond it. A map that is looked at
// holds all squares it shows a part of; a point is known to five digits, so that one on an edge may
// be on either side of it.
const inSquares = (degrees) => Number((degrees * PER_DEGREE).toFixed(6));
const shownIn = (bounds) => [
  Math.floor(inSquares(bounds.getWest())), Math.floor(inSquares(bounds.getSouth())),
  Math.ceil(inSquares(bounds.getEast())), Math.ceil(inSquares(bounds.getNorth())),
];
const squareOf = ([latitude, longitude]) => [
  ...[longitude, latitude].map((degrees) => Math.floor(inSquares(degrees) - 0.01)),
  ...[longitude, latitude].map((degrees) => Math.floor(inSquares(degrees) + 0.01) + 1),
];
const around = (sections) => [
  ...[0, 1].map((edge) => Math.min(...sections.map((section) => section[edge]))),
  ...[2, 3].map((edge) => Math.max(...sections.map((section) => section[edge]))),
];
const isWithin = (inner, outer) => around([inner, outer]).every((edge, at) => edge === outer[at]);
const written = (section) => section.map((edge) => (edge / PER_DEGREE).toFixed(3)).join(",");

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
    this.panel.querySelector("[data-map-note]").hidden = false;
    this.tiles = this.panel.querySelector("[data-map-tiles]");
    if (this.tiles) this.tiles.hidden = false;
    // The numbers of neighbourhoods are in the list only from here on.
    this.panel.querySelector("summary").after(this.panel.querySelector("[data-map-counted]"));
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
      .zoom({ position: "bottomright", zoomInTitle: this.words.wordsIn, zoomOutTitle: this.words.wordsOut })
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
    // The panel gives the map less room, or none, where the list of neighbourhoods is open.
    const sizes = new ResizeObserver(() => place.offsetHeight && this.map.invalidateSize({ animate: false }));
    sizes.observe(place);
    this.signal.addEventListener("abort", () => sizes.disconnect());
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
    this.panel.querySelector("[data-map-framed]").hidden = !section;
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
    this.tiles?.querySelector("button").addEventListener("click", () => this.loadTiles(), { signal });
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
    const query = this.filters();
    query.set("bbox", written(shownIn(this.map.getBounds())));
    try {
      const answer = await fetch(`${this.words.url}?${query}`, { signal: this.asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      this.draw(await answer.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.status.textContent = this.words.wordsFailed;
      if (this.focusNext) this.focusNear(this.focusNext);
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
          squares: squareOf(at),
        }),
      ),
      ...found.clusters.map(([latitude, longitude, count, west, south, east, north]) =>
        L.marker([latitude, longitude], {
          icon: this.sign(count),
          count,
          items: [],
          bounds: L.latLngBounds([south, west], [north, east]),
          squares: [west, south, east, north].map((edge) => Math.round(edge * PER_DEGREE)),
        }),
      ),
    ]);
    requestAnimationFrame(() => this.sortNames()); // once the marks are where they belong
    this.status.textContent = `${this.words.wordsShown} ${found.total}`;
    this.search.href = this.listOf(found.box.map((edge) => Math.round(edge * PER_DEGREE)));
    if (this.focusNext) this.focusNear(this.focusNext);
    this.focusNext = null;
    this.place.dataset.drawn = String(Number(this.place.dataset.drawn || 0) + 1);
  }

  // The address of the list of a section.
  listOf(section) {
    const query = this.filters();
    query.set("box", written(section));
    return `${this.form.getAttribute("action")}?${query}`;
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

  // Gives the focus to the nearest mark in view; without one to the map itself.
  focusNear(point) {
    const seen = this.map.getBounds();
    let nearest = null;
    let least = Infinity;
    this.map.eachLayer((layer) => {
      if (!(layer instanceof L.Marker) || !layer.getElement()?.classList.contains("map-mark")) return;
      if (!seen.contains(layer.getLatLng())) return;
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
    const [west, south, east, north] = around(marks.map((mark) => mark.options.squares));
    const told = marks.every((mark) => mark.options.items.length === mark.options.count);
    const isOne = told ? bounds.getSouthWest().equals(bounds.getNorthEast()) : east - west === 1 && north - south === 1;
    const zoom = this.map.getZoom();
    if (isOne || zoom >= MAX_ZOOM) {
      this.tell(layer.getLatLng(), marks);
      return;
    }
    this.asking?.abort(); // what is still on its way belongs to where the map was
    if (byKey) this.focusNext = layer.getLatLng();
    // As close as all of it can be seen; where it does not fit, to where the most of it is.
    const fitting = this.map.getBoundsZoom(bounds, false, L.point(2 * FREE, 2 * FREE));
    const most = marks.reduce((one, other) => (other.options.count > one.options.count ? other : one));
    const [middle, closer] = fitting > zoom ? [bounds.getCenter(), fitting] : [most.getLatLng(), zoom + 1];
    this.map.setView(middle, Math.min(closer, MAX_ZOOM), { animate: !still });
  }

  tell(point, marks) {
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
      // A list holds whole squares: what else is in them is said beforehand.
      const section = around(marks.map((mark) => mark.options.squares));
      const listed = countOf(this.marks.getLayers().filter((mark) => isWithin(mark.options.squares, section)));
      const words = listed === count ? this.words.wordsAll : `${this.words.wordsAround} ${listed}`;
      content.append(make("p", {}, make("a", { href: this.listOf(section) }, words)));
    }
    this.opener = point;
    // It stands above its mark, and the mark above the buttons in the corner.
    const padding = { autoPanPaddingTopLeft: [16, 16], autoPanPaddingBottomRight: [16, ROOM_BELOW] };
    this.popup = L.popup({ maxWidth: 280, minWidth: 180, ...padding, offset: [0, -6] })
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

  loadTiles() {
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
    this.tiles.remove();
    this.place.focus({ preventScroll: true });
  }
}

const countOf = (marks) => marks.reduce((sum, mark) => sum + mark.options.count, 0);
