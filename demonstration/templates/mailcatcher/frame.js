// Make the frame as high as the mail in it. Without this it scrolls.
const frame = document.querySelector("iframe");

function fit() {
  const mail = frame.contentDocument?.documentElement;
  if (!mail) return;
  frame.style.height = "0"; // else it never becomes lower again
  frame.style.height = `${mail.scrollHeight + 2}px`; // and its two borders
}

frame.addEventListener("load", fit);
addEventListener("resize", fit);
if (frame.contentDocument?.readyState === "complete") fit();
