// From four fifths of a field's limit on, a line below it says how long the text is.
export const tell = (field) => {
  const limit = Number(field.dataset.limit);
  // As it is sent: without space around it, ends of lines as two characters.
  const length = [...field.value.trim().replaceAll("\n", "\r\n")].length;
  const isTooLong = length > limit;
  const isTold = isTooLong || (limit > 99 && length > limit * 0.8);
  let note = document.getElementById(`${field.id}_length`);
  if (!note) {
    if (!isTold) return;
    note = document.createElement("p");
    note.id = `${field.id}_length`;
    field.after(note);
    const told = field.getAttribute("aria-describedby");
    field.setAttribute("aria-describedby", told ? `${told} ${note.id}` : note.id);
  }
  note.hidden = !isTold;
  note.className = isTooLong ? "invalid-feedback mt-2" : "form-text mt-2";
  // Aloud only while something has to go.
  note.setAttribute("aria-live", isTooLong ? "polite" : "off");
  note.textContent = field.dataset.limitWords.replace("#", length);
};

document.addEventListener("input", ({ target }) => {
  if (target.dataset.limit) tell(target);
});
