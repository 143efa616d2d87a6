// Frames drawn as the strip draws its rows: whole enlargement, each picture in a cell of mat.
const COVER = "ae-live";
const shelf = (globalThis.aeFrames ??= { sheets: new Map(), settled: new Set(), ahead: new Set() });

// Colours are whole numbers as a picture's memory has them: alpha, blue, green, red.
const abgr = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

// Draws a frame where the slider is at ``place``; what is drawn says so where the frame is that place's.
function paint(data, sheet, frame, place) {
  const exact = sheet.places[frame] === place ? String(place) : "";
  const [n, height, width, channels] = sheet.shape;
  const pixels = height * width;
  const first = frame * n * pixels * channels;
  const mat = abgr(data.mat, data.mat, data.mat);
  const at3 = (bytes, at) => abgr(bytes[at], bytes[at + 1], bytes[at + 2]);
  const plain = (values) => (image, i) => {
    const at = first + (image * pixels + i) * channels;
    return channels === 1 ? abgr(values[at], values[at], values[at]) : at3(values, at);
  };
  const error = (image, i) => {
    const at = (image * pixels + i) * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.abs(sheet.x[at + c] - sheet.x_hat[first + at + c]);
    return at3(sheet.error_colours, 3 * sum);
  };
  const size = sheet.sizes[frame];
  const columns = Math.ceil(Math.sqrt(size));
  const longest = Math.max(...sheet.sizes);
  const codes = (image, i) =>
    i < size ? at3(sheet.codes, 3 * ((frame * n + image) * longest + i)) : mat;
  const rows = [
    ["code", codes, columns, Math.ceil(size / columns)],
    ["reconstruction", plain(sheet.x_hat), width, height],
    ["error", error, width, height],
  ];
  if (sheet.noisy) rows.push(["noisy", plain(sheet.noisy), width, height]);
  for (let start = 0; start < n; start += data.columns) {
    for (const row of rows) strip(data, row, start, Math.min(data.columns, n - start), exact);
  }
  document.body.dataset.aeMoving = "";
}

function strip(data, [name, colour, width, height], start, n, exact) {
  const image = pictureOf(data, name, start);
  if (!image) return;
  const factor = Math.max(1, Math.floor(data.tile / Math.max(width, height)));
  const cell = Math.max(data.tile + data.gap, width * factor, height * factor);
  const small = new OffscreenCanvas(width * n, height);
  const pen = small.getContext("2d");
  const drawn = pen.createImageData(width * n, height);
  const memory = new Uint32Array(drawn.data.buffer);
  for (let k = 0; k < n; k++) {
    for (let y = 0, i = 0; y < height; y++) {
      const line = (y * n + k) * width;
      for (let x = 0; x < width; x++) memory[line + x] = colour(start + k, i++);
    }
  }
  pen.putImageData(drawn, 0, 0);
  const canvas = cover(image, cell * n, cell);
  canvas.dataset.exact = exact;
  const brush = canvas.getContext("2d");
  brush.imageSmoothingEnabled = false;
  brush.fillStyle = `rgb(${data.mat}, ${data.mat}, ${data.mat})`;
  brush.fillRect(0, 0, canvas.width, canvas.height);
  const [w, h] = [width * factor, height * factor];
  const [left, top] = [Math.floor((cell - w) / 2), Math.floor((cell - h) / 2)];
  for (let k = 0; k < n; k++) {
    brush.drawImage(small, k * width, 0, width, height, k * cell + left, top, w, h);
  }
}

// Without noise the strip has no row for it: then the noisy pictures lie over the originals, and the
// label says so until the row comes.
function pictureOf(data, name, start) {
  const row = (called) => document.querySelector(`.st-key-striprow-explore-${start}-${called}`);
  let found = row(name);
  if (!found && name === "noisy") {
    found = row("original");
    const label = found?.querySelector(".ae-label b");
    if (label && !label.dataset.was) {
      label.dataset.was = label.textContent;
      label.textContent = data.noisy;
    }
  }
  return found?.querySelector("img");
}

// A canvas over a picture of the page; it goes when the page's own picture is another one.
function cover(image, width, height) {
  const place = image.parentElement;
  let canvas = place.querySelector(`canvas.${COVER}`);
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.className = COVER;
    canvas.setAttribute("aria-hidden", "true");
    canvas.style.cssText =
      `position: absolute; pointer-events: none; image-rendering: pixelated;` +
      `left: ${image.offsetLeft}px; top: ${image.offsetTop}px;` +
      `width: ${image.clientWidth}px; height: ${image.clientHeight}px;`;
    place.append(canvas);
    canvas.watch = new MutationObserver(() => {
      const now = place.querySelector("img");
      const ahead = [...shelf.ahead].some((is) => is());
      if (now && !ahead) now.decode().catch(() => {}).then(() => remove(canvas));
    });
    canvas.watch.observe(place, { attributes: true, attributeFilter: ["src"], subtree: true });
  }
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.dataset.painted = String(Number(canvas.dataset.painted ?? 0) + 1);
  return canvas;
}

function remove(canvas) {
  canvas.watch.disconnect();
  canvas.remove();
}

function uncover() {
  document.querySelectorAll(`canvas.${COVER}`).forEach(remove);
  document.querySelectorAll(".ae-label b[data-was]").forEach((label) => {
    label.textContent = label.dataset.was;
    delete label.dataset.was;
  });
  delete document.body.dataset.aeMoving;
}
