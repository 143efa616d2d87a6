// Frames drawn as the strip draws its rows: whole enlargement, each picture in a cell of mat.
const COVER = "ae-live";

function paint(data, sheet, frame) {
  const [n, height, width, channels] = sheet.shape;
  const pixels = height * width;
  const first = frame * n * pixels * channels;
  const colours = sheet.error_colours;
  const grey = (values, from) => (image, i) => {
    const at = from + (image * pixels + i) * channels;
    return channels === 1 ? [values[at], values[at], values[at]] : values.subarray(at, at + 3);
  };
  const error = (image, i) => {
    const at = (image * pixels + i) * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.abs(sheet.x[at + c] - sheet.x_hat[first + at + c]);
    return colours.subarray(3 * sum, 3 * sum + 3);
  };
  const size = sheet.sizes[frame];
  const columns = Math.ceil(Math.sqrt(size));
  const longest = Math.max(...sheet.sizes);
  const codes = (image, i) => {
    if (i >= size) return [data.mat, data.mat, data.mat];
    const at = 3 * ((frame * n + image) * longest + i);
    return sheet.codes.subarray(at, at + 3);
  };
  const rows = [
    ["code", codes, columns, Math.ceil(size / columns)],
    ["rebuilt", grey(sheet.x_hat, first), width, height],
    ["error", error, width, height],
  ];
  if (sheet.noisy) rows.push(["noisy", grey(sheet.noisy, first), width, height]);
  for (let start = 0; start < n; start += data.columns) {
    for (const row of rows) strip(data, row, start, Math.min(data.columns, n - start));
  }
  document.body.dataset.aeMoving = "";
}

function strip(data, [name, colour, width, height], start, n) {
  const image = document.querySelector(`.st-key-striprow-explore-${start}-${name} img`);
  if (!image) return;
  const factor = Math.max(1, Math.floor(data.tile / Math.max(width, height)));
  const cell = Math.max(data.tile + data.gap, width * factor, height * factor);
  const small = new OffscreenCanvas(width * n, height);
  const pen = small.getContext("2d");
  const drawn = pen.createImageData(width * n, height);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < width * height; i++) {
      const at = 4 * (Math.floor(i / width) * width * n + k * width + (i % width));
      const [r, g, b] = colour(start + k, i);
      drawn.data[at] = r;
      drawn.data[at + 1] = g;
      drawn.data[at + 2] = b;
      drawn.data[at + 3] = 255;
    }
  }
  pen.putImageData(drawn, 0, 0);
  const canvas = cover(image, cell * n, cell);
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

// A canvas over a picture of the page; it goes when the page's own picture is another one.
function cover(image, width, height) {
  const place = image.parentElement;
  let canvas = place.querySelector(`canvas.${COVER}`);
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.className = COVER;
    canvas.setAttribute("aria-hidden", "true");
    place.append(canvas);
    canvas.watch = new MutationObserver(() => {
      const now = place.querySelector("img");
      if (now) now.decode().catch(() => {}).then(() => remove(canvas));
    });
    canvas.watch.observe(place, { attributes: true, attributeFilter: ["src"], subtree: true });
  }
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.cssText =
    `position: absolute; pointer-events: none; image-rendering: pixelated;` +
    `left: ${image.offsetLeft}px; top: ${image.offsetTop}px;` +
    `width: ${image.clientWidth}px; height: ${image.clientHeight}px;`;
  canvas.dataset.painted = String(Number(canvas.dataset.painted ?? 0) + 1);
  return canvas;
}

function remove(canvas) {
  canvas.watch.disconnect();
  canvas.remove();
}

function uncover() {
  document.querySelectorAll(`canvas.${COVER}`).forEach(remove);
  delete document.body.dataset.aeMoving;
}
