(() => {
  const form = document.querySelector(".filter");
  const cards = [...document.querySelectorAll("article.series")];
  const words = new Map(cards.map((card) => [
    card,
    (card.closest(".patient").ariaLabel + " " + card.closest(".study").ariaLabel + " " + card.textContent).toLowerCase(),
  ]));
  const filter = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const verdict = form.elements.verdict.value;
    let shown = 0;
    for (const card of cards) {
      card.hidden = !words.get(card).includes(text) || (verdict !== "" && card.dataset.verdict !== verdict);
      shown += card.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll(".study, .patient")) {
      group.hidden = !group.querySelector("article.series:not([hidden])");
    }
    form.querySelector("output").value = `${shown} of ${cards.length}`;
  };
  form.hidden = cards.length < 2;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.closest("[hidden]")) { form.reset(); filter(); target.scrollIntoView(); }
  });
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) { part.open = true; }
  });
})();
