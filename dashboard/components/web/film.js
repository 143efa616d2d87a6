// Plays the sample pictures of a training epoch by epoch, over the row that shows one epoch.
const LINGER_MS = 900; // on the last epoch

export default function ({ data: [data], parentElement }) {
  const [button, said] = [parentElement.querySelector("button"), parentElement.querySelector("output")];
  const self = (button.self ??= { next: 0 });
  self.data = data;
  if (self.source !== data.sprite) {
    self.source = data.sprite;
    self.reel = new Image();
    self.reel.src = data.sprite;
  }

  const label = () => (button.textContent = self.playing ? self.data.stop : self.data.play);
  const stop = () => {
    clearTimeout(self.timer);
    self.playing = false;
    said.textContent = "";
    label();
    uncover();
  };
  const draw = (frame) => {
    const image = document.querySelector(`.st-key-${self.data.row} img`);
    if (!image || !self.reel.complete) return;
    const { count, width, height, tile, gap, mat } = self.data;
    const [cell, factor] = [tile + gap, Math.max(1, Math.floor(tile / Math.max(width, height)))];
    const canvas = cover(image, cell * count, cell);
    const brush = canvas.getContext("2d");
    brush.imageSmoothingEnabled = false;
    brush.fillStyle = `rgb(${mat}, ${mat}, ${mat})`;
    brush.fillRect(0, 0, canvas.width, canvas.height);
    const [w, h] = [width * factor, height * factor];
    const [left, top] = [Math.floor((cell - w) / 2), Math.floor((cell - h) / 2)];
    for (let k = 0; k < count; k++) {
      const place = [k * cell + left, top, w, h];
      brush.drawImage(self.reel, k * width, frame * height, width, height, ...place);
    }
  };
  const step = () => {
    const { texts, wait } = self.data;
    if (self.next >= texts.length) {
      stop();
      return;
    }
    draw(self.next);
    said.textContent = texts[self.next];
    self.next += 1;
    self.timer = setTimeout(step, self.next === texts.length ? LINGER_MS : wait);
  };
  button.onclick = () => {
    if (self.playing) {
      stop();
      return;
    }
    self.playing = true;
    self.next = 0;
    label();
    self.reel.decode().catch(() => {}).then(step);
  };
  label();
  return stop;
}
