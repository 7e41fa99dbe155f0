// One problem at a time, with what every run made of it.
// Links: #PROBLEM.
(() => {
  const { outcomes, problems, runs } = DATA;
  const FIRST_CODE = 48;
  const MOST_RUNS = 100;
  const percent = (rate) => `${(100 * rate).toFixed(1)}%`;
  const of = (run, problem) =>
    [...run.outcomes.slice(problem * run.samples, (problem + 1) * run.samples)].map((code) => outcomes[code.charCodeAt(0) - FIRST_CODE]);

  // Baselines say nothing of how hard a problem is for models; alone, they are all there is.
  const models = runs.filter((run) => !run.baseline);
  const judges = models.length ? models : runs;
  const rates = problems.map((_, at) => {
    const all = judges.flatMap((run) => of(run, at));
    return all.filter(([correct]) => correct).length / all.length;
  });
  const byNumber = problems.map((_, at) => at);
  const hardest = [...byNumber].sort((a, b) => rates[a] - rates[b] || a - b);
  let order = byNumber;
  let current = 0;
  let isWhole = false;

  byId("about").textContent = `${problems.length} problems, shaded by the share that ${
    models.length ? `${models.length} ${models.length === 1 ? "model solves" : "models solve"}` : "the baselines solve"}`;
  const squares = problems.map((_, at) => {
    const square = make("button", undefined, `shade${Math.round(rates[at] * 5)}`);
    square.type = "button";
    square.tabIndex = -1;
    square.title = `problem ${at}: ${percent(rates[at])}`;
    square.addEventListener("click", () => go(at));
    return square;
  });

  function arrange() {
    byId("map").replaceChildren(...order.map((at) => squares[at]));
    byId("order").setAttribute("aria-pressed", String(order === hardest));
  }

  function neighbour(step) {
    return order[order.indexOf(current) + step];
  }

  function go(at) {
    if (at === undefined) return;
    history.replaceState(null, "", `#${at}`);
    show(at);
  }

  function show(at) {
    squares[current].removeAttribute("aria-current");
    squares[at].setAttribute("aria-current", "true");
    current = at;
    showEnds(neighbour);
    const problem = problems[at];
    byId("title").textContent = `Problem ${at}`;
    byId("solved").textContent = `${percent(rates[at])} solved by ${models.length ? "models" : "baselines"}`;
    byId("messages").replaceChildren(...problem.opening.map(([role, content]) => message(role === "user" ? "prompt" : role, role, content)));
    byId("answers").replaceChildren(...(problem.answers.length ? [make("span", "answers")] : []), ...problem.answers.map(([[answer, correct], count]) => {
      const chip = make("code", answer, correct ? "correct" : "wrong");
      chip.append(make("i", ` ×${count}`));
      return chip;
    }));
    byId("row").textContent = JSON.stringify(problem.row);
    list(at);
  }

  function list(at) {
    const solved = new Map(runs.map((run) => [run, of(run, at).filter(([correct]) => correct).length / run.samples]));
    const ordered = [...runs].sort((a, b) => a.baseline - b.baseline || solved.get(b) - solved.get(a));
    byId("runs").replaceChildren(...ordered.slice(0, isWhole ? undefined : MOST_RUNS).map((run) => line(run, at, solved.get(run))));
    byId("more").hidden = isWhole || runs.length <= MOST_RUNS;
    byId("more").textContent = `show all ${runs.length} runs`;
  }

  function line(run, at, rate) {
    const made = of(run, at);
    const row = make("tr", undefined, run.baseline ? "baseline" : "");
    const name = make("th");
    const link = make("a", run.name);
    link.href = run.page;
    name.append(link);
    const samples = make("td", undefined, "samples");
    made.forEach(([correct, reason], sample) => {
      const square = make("a", undefined, correct ? "correct" : "");
      square.href = `${run.page}#${at}.${sample}`;
      square.title = `sample ${sample}: ${correct ? "correct" : words(reason)}`;
      square.setAttribute("aria-label", square.title);
      samples.append(square);
    });
    const reasons = [...new Set(made.filter(([correct]) => !correct).map(([, reason]) => words(reason)))];
    row.append(name, samples, make("td", percent(rate), "number"), make("td", reasons.join(", "), "protocol"));
    return row;
  }

  function follow() {
    const match = /^#(\d+)$/.exec(location.hash);
    show(match && problems[match[1]] ? +match[1] : 0);
  }

  byId("order").addEventListener("click", () => {
    order = order === hardest ? byNumber : hardest;
    arrange();
    go(order[0]);
  });
  byId("more").addEventListener("click", () => {
    isWhole = true;
    list(current);
  });
  arrange();
  browse(neighbour, go, follow);
})();
