(async () => {
  const told = document.getElementById("told");
  const canvas = document.getElementById("view");
  if (!window.niivue || !document.createElement("canvas").getContext("webgl2")) { return; }
  try {
    const viewer = new niivue.Niivue({
      backColor: [0.02, 0.035, 0.045, 1], show3Dcrosshair: false, crosshairWidth: 0.6, isOrientCube: false,
      loadingText: "", logLevel: "silent", dragAndDropEnabled: false, isResizeCanvas: true,
    });
    await viewer.attachToCanvas(canvas);
    const image = await niivue.NVImage.loadFromBase64({ base64: document.getElementById("head").textContent, name: "head.nii.gz" });
    image.cal_min = 35;
    image.cal_max = 255;
    viewer.addVolume(image);
    await viewer.setVolumeRenderIllumination(0.6);
    viewer.setSliceType(viewer.sliceTypeRender);
    let [around, up] = [160, 10];
    const turn = (to, above) => {
      [around, up] = [(to + 360) % 360, Math.min(90, Math.max(-90, above))];
      viewer.setSliceType(viewer.sliceTypeRender);
      viewer.setRenderAzimuthElevation(around, up);
    };
    turn(around, up);
    document.getElementById("controls").hidden = false;
    told.hidden = true;
    for (const button of document.querySelectorAll("button[data-at]")) {
      button.addEventListener("click", () => turn(...button.dataset.at.split(",").map(Number)));
    }
    document.querySelector("button[data-planes]").addEventListener("click", () => viewer.setSliceType(viewer.sliceTypeMultiplanar));
    const level = document.getElementById("level");
    level.addEventListener("input", () => { image.cal_min = Number(level.value); viewer.updateGLVolume(); });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, 10], ArrowDown: [0, -10] }[event.key];
      if (step) { event.preventDefault(); event.stopPropagation(); turn(around + step[0], up + step[1]); }
    }, true);
    document.body.dataset.ready = "yes";
  } catch (error) {
    told.hidden = false;
    told.textContent = "The viewer could not start here; the pictures in the report show the same head.";
    console.warn(error);
  }
})();
