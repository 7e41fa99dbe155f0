// What the scripts of all pages share; it stands before each of them. All text enters a page by textContent.
"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const words = (reason) => reason.replaceAll("_", " ");

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function message(name, role, content) {
  const element = make("div", undefined, `message ${role}`);
  element.append(make("span", name), make("pre", content));
  return element;
}

// One thing at a time: `neighbour` gives the one so many steps away or undefined, `go` shows it and its address,
// `follow` shows what the address names.
function browse(neighbour, go, follow) {
  const step = (steps) => go(neighbour(steps));
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowLeft" || event.key === "k") step(-1);
    if (event.key === "ArrowRight" || event.key === "j") step(1);
  });
  byId("viewer").hidden = false;
  follow();
}

function showEnds(neighbour) {
  byId("previous").disabled = neighbour(-1) === undefined;
  byId("next").disabled = neighbour(1) === undefined;
}
