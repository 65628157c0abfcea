// Lists at the desk: one box ticks all on the page. Without this file each is ticked by itself.
(() => {
  "use strict";
  document.querySelectorAll("[data-tick-all]").forEach((all) => {
    const boxes = [...all.form.querySelectorAll('tbody input[type="checkbox"]')];
    const follow = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
    boxes.forEach((box) => box.addEventListener("change", follow));
    follow();
  });
})();
