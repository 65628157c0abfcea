// "Nothing of this" and the other choices exclude each other while ticking; a field for one's own
// words shows when its choice is taken. The server checks both; without this file all is visible.
(() => {
  "use strict";
  document.querySelectorAll(".survey-question").forEach((question) => {
    const boxes = [...question.querySelectorAll("input[type=checkbox], .choice-list input[type=radio]")];
    const words = question.querySelector("input[data-other]");
    const own = words && boxes.find((box) => box.value === words.dataset.other);
    const none = boxes.find((box) => box.type === "checkbox" && box.hasAttribute("data-exclusive"));
    const show = () => {
      if (own) question.querySelector("[data-other]").hidden = !own.checked && !words.value;
    };
    question.addEventListener("change", (event) => {
      if (none && event.target === none && none.checked) {
        boxes.forEach((box) => (box.checked = box === none));
      } else if (none && event.target.checked && event.target.type === "checkbox") {
        none.checked = false;
      }
      show();
      if (own && event.target === own && own.checked) words.focus();
    });
    show();
  });
})();
