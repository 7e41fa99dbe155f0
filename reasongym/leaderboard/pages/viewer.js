// The viewer of completions.
// Links: #PROBLEM.SAMPLE, with /FILTER behind it (`correct`, `wrong`, or a reason).
(() => {
  const { problems, episodes } = DATA;

  const tests = new Map([["all", () => true], ["correct", (e) => e.correct], ["wrong", (e) => !e.correct]]);
  for (const { reason } of episodes) {
    if (reason !== "ok" && !tests.has(reason)) tests.set(reason, (e) => e.reason === reason);
  }
  let filter = "all";
  let current = 0;

  const chips = new Map();
  for (const [name, test] of tests) {
    const count = episodes.filter(test).length;
    if (!count) continue;
    const chip = make("button", words(name));
    chip.type = "button";
    chip.append(make("span", String(count)));
    chip.addEventListener("click", () => go(first(name, current), name));
    chips.set(name, chip);
    byId("filters").append(chip);
  }

  let group;
  const squares = episodes.map((episode, place) => {
    if (!place || episodes[place - 1].problem !== episode.problem) byId("map").append(group = make("div"));
    const square = make("button", undefined, episode.correct ? "correct" : episode.cut ? "cut" : "");
    square.type = "button";
    square.tabIndex = -1;
    square.title = `problem ${episode.problem}, sample ${episode.sample}: ${episode.reason}`;
    square.addEventListener("click", () => go(place, tests.get(filter)(episode) ? filter : "all"));
    group.append(square);
    return square;
  });

  function first(name, from) {
    const test = tests.get(name);
    const later = episodes.findIndex((episode, place) => place >= from && test(episode));
    return later >= 0 ? later : episodes.findIndex(test);
  }

  function neighbour(step) {
    const test = tests.get(filter);
    let place = current + step;
    while (place >= 0 && place < episodes.length && !test(episodes[place])) place += step;
    return episodes[place] ? place : undefined;
  }

  function go(place, name = filter) {
    if (place === undefined || place < 0) return;
    const { problem, sample } = episodes[place];
    const hash = `#${problem}.${sample}${name === "all" ? "" : `/${name}`}`;
    history.replaceState(null, "", hash);
    show(place, name);
  }

  function show(place, name) {
    squares[current].removeAttribute("aria-current");
    squares[place].setAttribute("aria-current", "true");
    if (name !== filter || !chips.get(name).hasAttribute("aria-pressed")) {
      for (const [other, chip] of chips) chip.setAttribute("aria-pressed", String(other === name));
      squares.forEach((square, at) => square.classList.toggle("off", !tests.get(name)(episodes[at])));
    }
    [current, filter] = [place, name];
    showEnds(neighbour);
    write(episodes[place]);
  }

  function write(episode) {
    const { row, opening, gold } = problems[episode.problem];
    byId("title").textContent = `Problem ${episode.problem}, sample ${episode.sample}`;
    const verdict = byId("verdict");
    verdict.className = episode.correct ? "correct" : "";
    const facts = [`reward ${episode.reward}`];
    if (!episode.correct) facts.unshift(words(episode.reason));
    if (episode.tokens) facts.push(`${episode.tokens} tokens`);
    if (episode.cut) facts.push("cut off");
    verdict.replaceChildren(make("b", episode.correct ? "correct" : "wrong"), ` · ${facts.join(" · ")}`);
    const forms = episode.answer === null ? [] : [["answer", episode.answer, episode.form]];
    if (gold) forms.push(["right", gold.answer, gold.form]);
    byId("forms").replaceChildren(...forms.flatMap(([name, text, form]) => {
      const told = make("dd");
      told.append(make("code", text));
      if (form !== null && form !== text) told.append(" read as ", make("code", form));
      return [make("dt", name), told];
    }));
    byId("messages").replaceChildren(...[...opening, ...episode.turns].map(([role, content], at) => {
      const name = at < opening.length ? (role === "user" ? "prompt" : role) : role === "user" ? "observation" : "completion";
      return message(name, role, content);
    }));
    byId("row").textContent = JSON.stringify(row);
  }

  function follow() {
    const match = /^#(\d+)\.(\d+)(?:\/([\w-]+))?$/.exec(location.hash);
    const place = match ? episodes.findIndex((e) => e.problem === +match[1] && e.sample === +match[2]) : 0;
    const name = match && chips.has(match[3]) ? match[3] : "all";
    show(Math.max(place, 0), tests.get(name)(episodes[Math.max(place, 0)]) ? name : "all");
    if (match) byId("completion").scrollIntoView();
  }

  browse(neighbour, go, follow);
})();
