// "Use my position" beside a postcode field. The device finds the nearest postcode by itself; the
// position is neither sent nor kept. Without this file, or without such a device, nothing is shown.
(() => {
  "use strict";
  if (!navigator.geolocation || !window.isSecureContext) return;
  const FARTHEST = 6; // km from the nearest middle: farther away is not in Berlin
  const RADIUS = 6371; // km, of the earth
  const PATIENCE = 10000; // ms
  const radians = (degrees) => (degrees * Math.PI) / 180;

  const distance = (from, [latitude, longitude]) =>
    RADIUS *
    Math.hypot(
      radians(latitude - from.latitude),
      radians(longitude - from.longitude) * Math.cos(radians(latitude)),
    );

  const position = () =>
    new Promise((found, failed) => {
      navigator.geolocation.getCurrentPosition(({ coords }) => found(coords), failed, {
        timeout: PATIENCE,
      });
    });

  const nearest = async (address) => {
    const coords = await position();
    const answer = await fetch(address);
    if (!answer.ok) throw new Error("unanswered");
    const all = Object.entries(await answer.json());
    return all
      .map(([postcode, middle]) => ({ postcode, away: distance(coords, middle) }))
      .reduce((best, one) => (one.away < best.away ? one : best));
  };

  document.querySelectorAll("[data-position]").forEach((box) => {
    const field = document.getElementById(box.dataset.position);
    const button = box.querySelector("button");
    const status = box.querySelector("[role=status]");
    const say = (name) => {
      const words = name && box.querySelector(`template[data-says="${name}"]`);
      status.textContent = words ? words.content.textContent.trim() : "";
      status.classList.toggle("invalid-feedback", Boolean(name) && name !== "looking");
    };
    box.hidden = false;
    field.addEventListener("input", () => say(""));
    button.addEventListener("click", async () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      say("looking");
      try {
        const { postcode, away } = await nearest(box.dataset.postcodes);
        if (away > FARTHEST) {
          say("outside");
        } else {
          say("");
          field.value = postcode;
          field.form.requestSubmit();
        }
      } catch (error) {
        say(error.code === 1 ? "refused" : "unanswered");
      }
      button.removeAttribute("aria-disabled");
    });
  });
})();
