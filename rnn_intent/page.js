"use strict";
// Without this script everything is there to read, unsorted and unfolded. With it, a container that says
//   data-filter="what to type"    gets a field that keeps the entries containing all the words typed,
//   data-choice="kind"            gets a list of the values of the entries' data-kind,
//   data-show="20"                shows the first 20 until asked for all,
// and the columns of table.sortable sort by data-value or by what is written.
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const listOf = (container) => {
  const table = container.querySelector("table.sortable");
  return table ? [...table.tBodies[0].rows] : [...container.querySelectorAll("article")];
};

const enhance = (container) => {
  const limit = Number(container.dataset.show || Infinity), kind = container.dataset.choice;
  const tools = element("div", { className: "tools" }), count = element("span");
  const field = element("input", { type: "search", placeholder: container.dataset.filter || "" });
  field.setAttribute("aria-label", field.placeholder);
  const choice = element("select", {}, element("option", { value: "", textContent: `every ${kind}` }));
  choice.setAttribute("aria-label", kind || "");
  const more = element("button", { className: "more", type: "button" });
  let unfolded = false;

  const refresh = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean), entries = listOf(container);
    let found = 0;
    for (const entry of entries) {
      const text = entry.textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && (!choice.value || entry.dataset[kind] === choice.value);
      found += fits;
      entry.classList.toggle("filtered", !fits);
      entry.classList.toggle("folded", fits && !unfolded && found > limit);
    }
    const filtering = words.length || choice.value;
    count.textContent = filtering ? `${found} of ${entries.length}` : "";
    more.hidden = unfolded || found <= limit;
    more.textContent = `Show all ${found}`;
  };

  if (kind) {
    const values = {};
    for (const entry of listOf(container)) values[entry.dataset[kind]] = (values[entry.dataset[kind]] || 0) + 1;
    for (const value of Object.keys(values).sort((a, b) => values[b] - values[a]))
      choice.append(element("option", { value, textContent: `${value} (${values[value]})` }));
    tools.append(choice);
  }
  if (container.dataset.filter) tools.append(field);
  tools.append(count);
  container.prepend(tools);
  container.append(more);
  field.addEventListener("input", refresh);
  choice.addEventListener("change", refresh);
  more.addEventListener("click", () => { unfolded = true; refresh(); });
  container.addEventListener("sorted", refresh);
  refresh();
};

const valueOf = (row, column) => {
  const cell = row.cells[column];
  const value = cell.dataset.value ?? cell.textContent;
  return value.trim() !== "" && !isNaN(value) ? Number(value) : value;
};

const sortBy = (table, head, column) => {
  const rows = [...table.tBodies[0].rows], numeric = rows.some((row) => typeof valueOf(row, column) === "number");
  const before = head.getAttribute("aria-sort");
  const order = before ? (before === "ascending" ? "descending" : "ascending") : numeric ? "descending" : "ascending";
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  rows.sort((one, other) => {
    const a = valueOf(one, column), b = valueOf(other, column);
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
  table.tBodies[0].append(...rows);
  table.dispatchEvent(new Event("sorted", { bubbles: true }));
};

for (const table of document.querySelectorAll("table.sortable"))
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = element("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => sortBy(table, head, column));
    head.append(button);
  });
for (const container of document.querySelectorAll("[data-show], [data-filter]")) enhance(container);
