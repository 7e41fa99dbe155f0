// Filters of a suite's rows. Their state is in the address: #size=3–10B&protocol=KEY&tier=reported&query=qwen
(() => {
  const controls = ["query", "size", "protocol", "tier"].map((name) => [name, byId(name)]);
  const sections = [...document.querySelectorAll("section[data-tier]")];
  const rows = sections.flatMap((section) =>
    [...section.querySelectorAll("tbody tr")].map((element) => ({
      element,
      name: element.cells[0].textContent.toLowerCase(),
      size: element.dataset.size,
      protocol: element.dataset.protocol,
      tier: section.dataset.tier,
      section,
    })),
  );

  for (const [name, options] of Object.entries(DATA)) {
    byId(name).append(new Option("all", ""), ...options.map(([value, words]) => new Option(words, value)));
    byId(name).parentElement.hidden = options.length < 2;
  }

  // A table shows its first rows until it is asked for all: thousands of them take a phone seconds to lay out.
  const MOST_SHOWN = Number(document.querySelector("main").dataset.most);
  const whole = new Set();

  function apply() {
    const wanted = Object.fromEntries(controls.map(([name, control]) => [name, control.value]));
    const query = wanted.query.trim().toLowerCase();
    const fitting = new Map(sections.map((section) => [section, 0]));
    for (const row of rows) {
      const fits = ["size", "protocol", "tier"].every((name) => !wanted[name] || row[name] === wanted[name])
        && (!query || row.name.includes(query));
      const place = fitting.get(row.section) + fits;
      fitting.set(row.section, place);
      const hidden = !(fits && (place <= MOST_SHOWN || whole.has(row.section)));
      if (row.element.hidden !== hidden) row.element.hidden = hidden;
    }
    let total = 0;
    for (const [section, count] of fitting) {
      const more = section.querySelector("button");
      section.hidden = !count;
      more.hidden = count <= MOST_SHOWN || whole.has(section);
      more.textContent = `show all ${count} rows`;
      total += count;
    }
    byId("count").textContent = total === rows.length ? `${total} rows` : `${total} of ${rows.length} rows`;
  }

  function write() {
    const state = new URLSearchParams(controls.filter(([, c]) => c.value).map(([name, c]) => [name, c.value]));
    history.replaceState(null, "", `#${state}`);
    apply();
  }

  function read() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const [name, control] of controls) {
      const value = state.get(name) ?? "";
      const known = name === "query" || (DATA[name] ?? []).some(([there]) => there === value);
      control.value = known ? value : "";
    }
    apply();
  }

  for (const section of sections) {
    section.querySelector("button").addEventListener("click", () => {
      whole.add(section);
      apply();
    });
  }
  byId("filters").hidden = rows.length < 2;
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", write);
  addEventListener("hashchange", read);
  read();
})();
