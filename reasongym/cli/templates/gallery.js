// Search by words; `/` goes to the box. A link to an environment shows it, whatever was searched for.
"use strict";
(() => {
  const search = document.getElementById("search");
  const articles = [...document.querySelectorAll("article")];
  const links = [...document.querySelectorAll("nav a")];

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let num = 0;
    articles.forEach((article, at) => {
      const fits = words.every((word) => article.dataset.text.includes(word));
      article.hidden = links[at].hidden = !fits;
      num += fits;
    });
    document.getElementById("count").textContent = words.length ? `${num} of ${articles.length}` : "";
    document.getElementById("nothing").hidden = num > 0;
  }

  search.addEventListener("input", filter);
  addEventListener("hashchange", () => {
    const article = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (article && article.hidden) {
      search.value = "";
      filter();
      article.scrollIntoView();
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
  });
  filter();
})();
