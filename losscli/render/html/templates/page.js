"use strict";
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const place = head.cellIndex;
    const table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => {
      const cell = row.cells[place];
      const data = cell.dataset.value;
      return data === undefined ? cell.textContent : Number(data.replace("inf", "Infinity"));
    };
    const order = (a, b) =>
      typeof a === "number" && typeof b === "number"
        ? a - b
        : typeof a === "number" ? -1 : typeof b === "number" ? 1 : a.localeCompare(b, "en", { numeric: true });
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * order(key(a), key(b)));
    body.append(...rows);
  });
}
for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    let done = document.execCommand("copy");
    if (!done && navigator.clipboard) {
      done = await navigator.clipboard.writeText(code.textContent).then(() => true, () => false);
    }
    button.textContent = done ? "Copied" : "Press Ctrl+C";
  });
}
