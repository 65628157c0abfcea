// What is known at the door: the server's list together with what was noted here since.

const CODE = /^[0-9A-HJKMNP-TV-Z]{10}$/;

// The code in what a camera read (the address of a registration) or somebody typed; else "".
export function codeIn(text) {
  const address = /\/registrations\/([^/]+)\/?$/.exec(text.trim());
  const code = (address ? address[1] : text).toUpperCase().replace(/[\s-]/g, "");
  const plain = code.replace(/O/g, "0").replace(/[IL]/g, "1");
  return CODE.test(plain) ? plain : "";
}

export const clock = (moment) =>
  new Date(moment).toLocaleTimeString("de", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Europe/Berlin",
  });

// A text with what belongs at %s, or at %1 and %2.
export const say = (text, ...values) =>
  values.reduce((made, value, at) => made.replace(at ? `%${at + 1}` : /%1|%s/, () => value), text);

const STRANGE = 10; // people who may come in with a code that is not on the list

// By a party's code how many somebody chose to let in: that outlives the next drawing.
export const chosen = new Map();

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const people = (notes) => notes.reduce((sum, note) => sum + note.people, 0);

export class Book {
  constructor({ parties, notes, facts }) {
    this.parties = parties.sort((a, b) => a.name.localeCompare(b.name));
    this.notes = notes.sort((a, b) => b.arrived_at - a.arrived_at);
    this.walkInsThere = facts.walkIns || {};
    this.places = facts.places || [];
    this.at = this.places.some(([key]) => key === facts.at) ? facts.at : "";
    this.asOf = facts.asOf;
    this.seen = facts.seen || "";
  }

  get unsent() {
    return this.notes.filter((note) => !note.sent);
  }

  party(code) {
    const strange = { code, name: code, size: STRANGE, isStrange: true, here: {} };
    return this.parties.find((party) => party.code === code) || strange;
  }

  // What changes a count of the server by what it has not heard of: come here, or undone here.
  change(code, at) {
    const own = this.unsent.filter((note) => note.code === code && note.at === at);
    const come = own.filter((note) => !note.undone && !note.known);
    return { come, gone: own.filter((note) => note.undone && note.known) };
  }

  // People of a party at a place: how many, since when, and whether they were noted twice.
  state(party, at = this.at) {
    const [counted, reported, since] = party.here[at] || [0, 0, ""];
    const { come, gone } = this.change(party.code, at);
    const here = Math.min(party.size, Math.max(0, counted - people(gone)) + people(come));
    const signedUp = this.signedUp(party);
    const missing = party.size - here;
    return {
      here,
      missing,
      signedUp,
      // How many will come in: the rest of those who signed up, else all who are missing.
      likely: Math.min(
        missing,
        chosen.get(party.code) || Math.max(signedUp - here, 0) || (party.isStrange ? 1 : missing),
      ),
      since: since || (come.length ? clock(come.at(-1).arrived_at) : ""),
      doubled: reported > counted,
    };
  }

  // People of a party who signed up for the programme item that this place is.
  signedUp(party) {
    return party.signed_up?.[this.at] || 0;
  }

  get numbers() {
    const { come, gone } = this.change("", this.at);
    const walkIns = (this.walkInsThere[this.at] || 0) + people(come) - people(gone);
    const sum = (number) => this.parties.reduce((all, party) => all + number(party), 0);
    const signedUp = sum((party) => this.signedUp(party));
    return {
      here: sum((party) => this.state(party).here),
      walkIns: Math.max(0, walkIns),
      expected: signedUp || sum((party) => party.size),
      registered: signedUp ? "signed_up_here" : "registered", // the words for it
    };
  }

  found(words, onlyMissing) {
    const code = codeIn(words);
    const parts = fold(words).split(/\s+/).filter(Boolean);
    const found = this.parties.filter((party) => {
      const named = parts.every((part) => fold(party.name).includes(part));
      return (party.code === code || named) && !(onlyMissing && this.state(party).here);
    });
    return found.sort((a, b) => !this.signedUp(a) - !this.signedUp(b));
  }

  // Parties that were noted here and elsewhere, beyond their size: both who noted them read it.
  get doubled() {
    const coming = this.notes.filter((note) => note.code && !note.undone);
    const own = new Set(coming.map((note) => `${note.code} ${note.at}`));
    return this.parties.flatMap((party) =>
      Object.keys(party.here)
        .filter((at) => own.has(`${party.code} ${at}`) && this.state(party, at).doubled)
        .map((at) => ({ name: party.name, here: this.state(party, at).here })),
    );
  }

  get unexpected() {
    return this.notes.filter((note) => note.outcome === "walk-in" && note.code && !note.undone);
  }

  get refused() {
    return this.notes.filter((note) => note.outcome === "refused");
  }
}
