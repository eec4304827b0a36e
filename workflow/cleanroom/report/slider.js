(() => {
  const made = (pair) => {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 100, value: 50, className: "slider" });
    slider.setAttribute("aria-label", `${pair.querySelector(".before").alt} and after: move the border`);
    const place = () => pair.style.setProperty("--at", `${slider.value}%`);
    slider.addEventListener("input", place);
    pair.classList.add("sliding");
    pair.append(slider);
    place();
  };
  const watch = new IntersectionObserver((seen) => {
    for (const entry of seen.filter((item) => item.isIntersecting)) {
      watch.unobserve(entry.target);
      made(entry.target);
    }
  });
  document.querySelectorAll(".slide").forEach((pair) => watch.observe(pair));
})();
