// The episodes of a step, token by token. Links: #GROUP.MEMBER.
(() => {
  const { groups, words } = DATA;
  const episodes = groups.flatMap((group, at) => group.episodes.map((episode) => ({ ...episode, group: at })));
  const COLOURS = {
    advantage: ["worse than expected", "better than expected", (row, at) => row.advantages?.[at]],
    loss: ["made less likely", "made more likely", (row, at) => row.losses?.[at]],
    surprise: ["", "unlikely when sampled", (row, at) => -row.logprobs[at]],
  };
  const STEPS = 5;
  let current = 0;
  let colour = "advantage";

  const chips = new Map(Object.keys(COLOURS).map((name) => {
    const chip = make("button", name);
    chip.type = "button";
    chip.addEventListener("click", () => { colour = name; show(current); });
    byId("filters").append(chip);
    return [name, chip];
  }));

  const tabs = groups.map((group, at) => {
    const tab = make("button", `group ${at}`);
    tab.type = "button";
    tab.addEventListener("click", () => go(episodes.findIndex((one) => one.group === at)));
    if (groups.length > 1) byId("groups").append(tab);
    return tab;
  });

  const number = (value, digits = 3) => value === null || value === undefined ? "–" : Number(value.toPrecision(digits)).toString();

  function members(at) {
    byId("opening").replaceChildren(...groups[at].opening.map(([role, text]) => message(role === "user" ? "prompt" : role, role, text)));
    byId("members").replaceChildren(...episodes.flatMap((one, place) => {
      if (one.group !== at) return [];
      const line = make("tr", undefined, place === current ? "chosen" : "");
      const name = make("th");
      const link = make("a", String(one.member));
      link.href = `#${at}.${one.member}`;
      name.append(link);
      const verdict = make("td");
      verdict.append(make("b", one.correct ? "correct" : words_of(one), one.correct ? "correct" : "wrong"));
      if (one.cut) verdict.append(" cut off");
      line.append(name, verdict);
      for (const value of [one.reward, one.advantage, one.tokens, one.logprob, one.loss]) line.append(make("td", number(value), "number"));
      line.addEventListener("click", () => go(place));
      return [line];
    }));
  }

  const words_of = (one) => one.reason.replaceAll("_", " ");

  function largest(of) {
    const all = episodes.flatMap((one) => one.rows.flatMap((row) => row.logprobs.map((_, at) => Math.abs(of(row, at) ?? 0))));
    return all.reduce((most, value) => Math.max(most, value), 0) || 1;
  }

  function shade(value, most) {
    if (value === undefined || !Number.isFinite(value)) return "none";
    const step = Math.ceil(STEPS * Math.min(1, Math.abs(value) / most) - 1e-9);
    if (!step) return "zero";
    return `${(value > 0) === (colour !== "loss") ? "plus" : "minus"}${step}`;
  }

  function drawn(row, of, most) {
    const box = make("div", undefined, "row");
    let sampled = -1;
    row.ids.forEach((id, at) => {
      const on = row.mask[at];
      if (on) sampled += 1;
      const text = words[id] ?? String(id);
      const token = make("span", text === "" ? "·" : text.replaceAll("\n", "↵\n"), on ? `on ${shade(of(row, sampled), most)}` : "off");
      token.dataset.told = told(row, id, text, on ? sampled : undefined);
      box.append(token, document.createElement("wbr"));
    });
    return box;
  }

  function told(row, id, text, sampled) {
    const what = `${JSON.stringify(text)} (id ${id})`;
    if (sampled === undefined) return `${what}: given, mask 0, carries no loss`;
    const logprob = row.logprobs[sampled];
    return `${what}: sampled, log p ${number(logprob)} (${(100 * Math.exp(logprob)).toPrecision(3)}%), advantage ${number(row.advantages?.[sampled])}, loss ${number(row.losses?.[sampled])}`;
  }

  function show(place) {
    current = place;
    const one = episodes[place];
    const [low, high, of] = COLOURS[colour];
    tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(at === one.group)));
    for (const [name, chip] of chips) chip.setAttribute("aria-pressed", String(name === colour));
    members(one.group);
    byId("title").textContent = `Group ${one.group}, episode ${one.member}`;
    const most = largest(of);
    const key = (name, text) => { const mark = make("span", text, `on ${name}`); return mark; };
    byId("scale").replaceChildren(...(low ? [key("minus4", low), " "] : []), key("plus4", high), " ", make("span", "given", "off"), ` · deepest at ${number(most)}`);
    byId("tokens").replaceChildren(...one.rows.map((row) => drawn(row, of, most)));
    if (!one.rows.length) byId("tokens").append(make("p", "No token was sampled in this episode.", "facts"));
    showEnds(neighbour);
  }

  for (const event of ["pointerover", "click"]) byId("tokens").addEventListener(event, ({ target }) => {
    if (target.dataset.told) byId("token").textContent = target.dataset.told;
  });

  function neighbour(steps) {
    return episodes[current + steps] ? current + steps : undefined;
  }

  function go(place) {
    if (place === undefined || place < 0) return;
    history.replaceState(null, "", `#${episodes[place].group}.${episodes[place].member}`);
    show(place);
  }

  function follow() {
    const match = /^#(\d+)\.(\d+)$/.exec(location.hash);
    const place = match ? episodes.findIndex((one) => one.group === +match[1] && one.member === +match[2]) : 0;
    show(Math.max(place, 0));
  }

  browse(neighbour, go, follow);
})();
