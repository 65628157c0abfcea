// Sessions are moved on the board with a mouse or with the keyboard. Either way the form of the move
// page is sent: what is in the way comes back as that form, with the words beside it. Without this
// file “Move” leads to the same form.
(() => {
  "use strict";
  let board = document.getElementById("board");
  if (!board) return;
  let moving = null; // the card under way, with {row, col} where it would go; row -1 is the tray

  const rows = () => [...board.querySelectorAll(".board tbody tr")];
  const heads = () => [...board.querySelectorAll(".board thead th[data-venue]")];
  const tray = () => board.querySelector("[data-board-tray]");
  const say = (words) => {
    board.querySelector("[data-board-says]").textContent = words;
  };
  const filled = (words, values) =>
    words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // The cell that covers a row and column: sessions go over several rows.
  const cellAt = (row, col) => {
    const all = rows();
    for (let at = row; at >= 0; at -= 1) {
      const cell = all[at].querySelector(`td[data-col="${col}"]`);
      if (cell) return at + cell.rowSpan > row ? cell : null;
    }
    return null;
  };
  const placeOf = (card) => {
    const cell = card.closest("td");
    if (!cell) return { row: -1, col: 0 };
    return { row: rows().indexOf(cell.parentElement), col: Number(cell.dataset.col) };
  };
  const clear = () => {
    board.querySelectorAll(".board__target, .board__target-row, .board-tray--target").forEach((e) => {
      e.classList.remove("board__target", "board__target-row", "board-tray--target");
    });
  };
  const show = ({ row, col }) => {
    clear();
    if (row < 0) {
      tray().classList.add("board-tray--target");
      return;
    }
    cellAt(row, col)?.classList.add("board__target");
    rows()[row].classList.add("board__target-row");
  };
  const words = ({ row, col }) => {
    if (row < 0) return board.dataset.tray;
    const time = rows()[row].dataset.start.slice(11);
    // The first line and the room; of a pop-up the place it is at then.
    const { name, room } = heads()[col].dataset;
    const stop = cellAt(row, col)?.dataset.stop;
    return [time, name, room, stop].filter(Boolean).join(", ");
  };

  const stop = () => {
    moving?.card.classList.remove("board-card--moving");
    moving = null;
    clear();
  };

  const take = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("board");
    if (fresh) {
      board.replaceWith(document.adoptNode(fresh));
      board = fresh;
      listen();
      say(page.querySelector(".messages, [role=status].notice")?.textContent.trim() ?? "");
      return true;
    }
    const form = page.getElementById("move-form");
    if (!form) return false;
    const panel = board.querySelector("[data-board-panel]");
    panel.replaceChildren(document.adoptNode(form));
    panel.querySelector("[data-board-leave]").addEventListener("click", (event) => {
      event.preventDefault();
      panel.replaceChildren();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form.action, new FormData(form), form.dataset.card);
    });
    const summary = form.querySelector("[role=alert]");
    if (summary) {
      summary.tabIndex = -1;
      summary.focus();
    }
    panel.scrollIntoView({ block: "nearest" });
    return true;
  };

  const send = async (url, data, id) => {
    let done = false;
    try {
      const answer = await fetch(url, { method: "POST", body: data, credentials: "same-origin" });
      done = take(await answer.text());
    } catch {
      done = false;
    }
    if (!done) {
      say(board.dataset.failed);
      return;
    }
    const form = board.querySelector("#move-form");
    if (form) form.dataset.card = id;
    else document.getElementById(id)?.querySelector("[data-move]")?.focus();
  };

  const drop = () => {
    const { card, row, col } = moving;
    const before = placeOf(card);
    stop();
    if (before.row === row && (row < 0 || before.col === col)) {
      say(board.dataset.left);
      return;
    }
    const data = new FormData();
    data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    data.set("was", card.dataset.was);
    if (row >= 0) {
      data.set("venue", heads()[col].dataset.venue);
      data.set("room", heads()[col].dataset.room);
      data.set("starts_at", rows()[row].dataset.start);
    } else {
      data.set("starts_at", card.dataset.start);
      data.set("room", card.dataset.room);
    }
    send(card.dataset.url, data, card.id);
  };

  const onKey = (event) => {
    if (!moving) {
      if (event.key === " ") {
        event.preventDefault();
        event.currentTarget.click();
      }
      return;
    }
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Escape") {
      stop();
      say(board.dataset.left);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      drop();
      return;
    } else if (steps[event.key]) {
      const [down, right] = steps[event.key];
      const toward = document.dir === "rtl" ? -right : right;
      moving.row = Math.min(rows().length - 1, Math.max(-1, moving.row + down));
      moving.col = Math.min(heads().length - 1, Math.max(0, moving.col + toward));
      show(moving);
      say(words(moving));
      (moving.row < 0 ? tray() : cellAt(moving.row, moving.col))?.scrollIntoView({
        behavior: "instant",
        block: "nearest",
        inline: "nearest",
      });
    } else {
      return;
    }
    event.preventDefault();
  };

  const under = (event) => {
    if (event.target.closest("[data-board-tray]")) return { row: -1, col: 0 };
    const cell = event.target.closest("td[data-col]");
    if (!cell) return null;
    const box = cell.getBoundingClientRect();
    const inside = Math.floor(((event.clientY - box.top) / box.height) * cell.rowSpan);
    const row = rows().indexOf(cell.parentElement) + Math.min(cell.rowSpan - 1, Math.max(0, inside));
    return { row, col: Number(cell.dataset.col) };
  };

  const listen = () => {
    board.querySelectorAll("[data-card]").forEach((card) => {
      card.draggable = true;
      card.addEventListener("dragstart", (event) => {
        moving = { card, ...placeOf(card) };
        card.classList.add("board-card--moving");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setDragImage(card, 12, 12); // also where the link in it was taken hold of
        event.dataTransfer.setData("text/plain", card.dataset.title);
      });
      card.addEventListener("dragend", stop);
      const button = card.querySelector("[data-move]");
      button.setAttribute("role", "button");
      button.addEventListener("click", (event) => {
        if (!window.matchMedia("(min-width: 48rem)").matches || !heads().length) return;
        event.preventDefault();
        if (moving?.card === card) return;
        stop();
        moving = { card, ...placeOf(card) };
        card.classList.add("board-card--moving");
        show(moving);
        say(filled(board.dataset.moving, { item: card.dataset.title }));
      });
      button.addEventListener("keydown", onKey);
      button.addEventListener("blur", () => {
        if (moving?.card === card && !card.matches(":active")) stop();
      });
    });
    board.addEventListener("dragover", (event) => {
      const target = moving && under(event);
      if (!target) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      Object.assign(moving, target);
      show(moving);
    });
    board.addEventListener("drop", (event) => {
      if (!moving) return;
      event.preventDefault();
      drop();
    });
  };
  listen();
})();
