(() => {
  const picture = document.getElementById("picture");
  if (!picture) { return; }
  const [boxes, list] = [document.getElementById("boxes"), document.getElementById("rectangles")];
  const [number, frame] = [document.getElementById("number"), document.getElementById("frame")];
  const rectangles = (text) => text.split(/\s+/).map((line) => line.split(",").map(Number))
    .filter((box) => box.length === 4 && box.every(Number.isInteger));
  const rect = ([left, top, right, bottom], kind) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
      made.setAttribute(name, Math.max(0, value));
    }
    made.setAttribute("class", kind);
    return made;
  };
  let drawn = null;
  const show = () => {
    boxes.setAttribute("viewBox", `0 0 ${picture.naturalWidth} ${picture.naturalHeight}`);
    boxes.setAttribute("preserveAspectRatio", "none");
    const covered = rectangles(number.selectedOptions[0].dataset.boxes.trim());
    boxes.replaceChildren(...covered.map((box) => rect(box, "covered")),
      ...rectangles(list.value).map((box) => rect(box, "new")), ...(drawn ? [rect(drawn, "new")] : []));
  };
  const turn = () => {
    frame.max = number.selectedOptions[0].dataset.frames;
    const at = Math.min(Math.max(1, Number(frame.value) || 1), Number(frame.max));
    picture.src = `${picture.dataset.home}${number.value}/${at - 1}.png`;
  };
  const place = (event) => {
    const area = picture.getBoundingClientRect();
    const limit = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
    return [limit((event.clientX - area.left) / area.width, picture.naturalWidth),
      limit((event.clientY - area.top) / area.height, picture.naturalHeight)];
  };
  let start = null;
  boxes.addEventListener("pointerdown", (event) => {
    start = place(event);
    boxes.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  boxes.addEventListener("pointermove", (event) => {
    if (!start) { return; }
    const end = place(event);
    drawn = [Math.min(start[0], end[0]), Math.min(start[1], end[1]), Math.max(start[0], end[0]), Math.max(start[1], end[1])];
    show();
  });
  boxes.addEventListener("pointerup", () => {
    if (drawn && drawn[2] - drawn[0] > 1 && drawn[3] - drawn[1] > 1) {
      list.value = `${list.value.trim()}\n${drawn.join(",")}`.trim() + "\n";
    }
    start = drawn = null;
    show();
  });
  picture.addEventListener("load", show);
  number.addEventListener("change", () => { frame.value = 1; turn(); });
  frame.addEventListener("input", turn);
  list.addEventListener("input", show);
  if (picture.complete) { show(); }
})();
