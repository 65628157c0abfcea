// One more empty row on demand. Without this file there are some, and more after saving.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const rows = button.closest("[data-rows]");
    const total = rows.querySelector(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);
    const most = rows.querySelector(`[name="${rows.dataset.rows}-MAX_NUM_FORMS"]`);
    const template = rows.querySelector("template");
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.content.querySelector("[data-row]");
    template.before(row);
    total.value = Number(total.value) + 1;
    row.querySelector("[data-number]").textContent = total.value;
    row.querySelector("input, select").focus();
    if (Number(total.value) >= Number(most.value)) button.remove();
  });
})();
