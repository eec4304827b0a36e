(() => {
  const form = document.querySelector(".filter");
  const cards = [...document.querySelectorAll("article.series")];
  const known = new Map();
  const words = (card) => {
    if (!known.has(card)) {
      const around = [".patient", ".study"].map((name) => card.closest(name).getAttribute("aria-label"));
      known.set(card, [...around, card.textContent].join(" ").toLowerCase());
    }
    return known.get(card);
  };
  const filter = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const chosen = [...form.querySelectorAll("select")].filter((one) => one.value !== "");
    let shown = 0;
    for (const card of cards) {
      card.hidden = chosen.some((one) => card.dataset[one.name] !== one.value) || (text !== "" && !words(card).includes(text));
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
  form.elements.text.addEventListener("focus", () => form.scrollIntoView());
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input, select, textarea")) { event.preventDefault(); form.elements.text.focus(); }
  });
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) { part.open = true; }
  });
})();
