// What django-allauth would tell the console only, people read above the form.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.querySelector("[data-passkey-failed]")?.remove();
  const note = document.getElementById("passkey-failed").content.cloneNode(true).firstElementChild;
  note.dataset.passkeyFailed = "";
  document.querySelector("main h1").after(note);
  note.focus();
});
