// What a telephone keeps at the door, in IndexedDB: it survives a reload and an empty battery.
// `parties` is the list as the server last told it; `notes` is what was noted here; `facts` the rest.

const nameOf = (slug) => `door-${slug}`;

export async function open(slug) {
  const asked = indexedDB.open(nameOf(slug), 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("parties", { keyPath: "code" });
    asked.result.createObjectStore("notes", { keyPath: "key" });
    asked.result.createObjectStore("facts");
  };
  const database = await done(asked);
  // Erasing, from another page too, waits for nobody.
  database.onversionchange = () => database.close();
  return new Store(database);
}

function done(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

class Store {
  constructor(database) {
    this.database = database;
  }

  all(name) {
    return done(this.database.transaction(name).objectStore(name).getAll());
  }

  fact(key) {
    return done(this.database.transaction("facts").objectStore("facts").get(key));
  }

  // Resolves once it is on the disk, not when it was asked for.
  write(names, change) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change((name) => transaction.objectStore(name));
    });
  }

  note(note) {
    return this.write(["notes"], (store) => store("notes").put(note));
  }

  place(at) {
    return this.write(["facts"], (store) => store("facts").put(at, "at"));
  }

  // What the server answered. A note that was undone while it was on its way stays unsent, but the
  // server knows it now.
  answered(answer, asSent) {
    return this.write(["parties", "notes", "facts"], (store) => {
      for (const sent of asSent) {
        const outcome = answer.outcomes[sent.key];
        if (!outcome) continue;
        const asked = store("notes").get(sent.key);
        asked.onsuccess = () => {
          const now = asked.result;
          if (!now) return;
          const same = now.undone === sent.undone;
          store("notes").put({ ...now, known: true, sent: same, outcome: same ? outcome : "" });
        };
      }
      if (answer.parties) {
        store("parties").clear();
        answer.parties.forEach((party) => store("parties").put(party));
        store("facts").put(answer.walk_ins, "walkIns");
        store("facts").put(answer.places, "places");
        store("facts").put(answer.seen, "seen");
      }
      store("facts").put(Date.now(), "asOf");
    });
  }

  close() {
    this.database.close();
  }
}

// Everything of this event's door leaves the telephone.
export async function erase(slug) {
  const asked = indexedDB.deleteDatabase(nameOf(slug));
  await new Promise((resolve) => {
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });
  if ("caches" in window) await caches.delete(nameOf(slug));
  if ("serviceWorker" in navigator) {
    const workers = await navigator.serviceWorker.getRegistrations();
    const ours = workers.filter(({ scope }) => scope.endsWith(`/${slug}/door/`));
    await Promise.all(ours.map((one) => one.unregister()));
  }
  remember(slug, null);
}

// When it has to be gone: door_after.js sees to it on any page of the portal.
export function remember(slug, until) {
  const all = JSON.parse(localStorage.getItem("door-until") || "{}");
  if (until) all[slug] = until;
  else delete all[slug];
  if (Object.keys(all).length) localStorage.setItem("door-until", JSON.stringify(all));
  else localStorage.removeItem("door-until");
}
