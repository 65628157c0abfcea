// A form that came back with mistakes is the answer to what was sent: whoever came back to it, or
// loaded it anew, was asked to send everything once more. Where the form stands at its own address
// (it names no other) the page is kept as one that was only opened.
if (document.querySelector('main form[method="post"]:not([action])')) {
  history.replaceState(history.state, "");
}
