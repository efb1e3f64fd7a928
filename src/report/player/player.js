// The player of a run: one picture track, what each seat made of every picture, and the measures over time with a
// cursor at the picture. Everything is drawn from the JSON that follows each player in the page.
'use strict';

const TICK_S = 0.01;
const FRAME_PX = [512, 256];
const GRID = [64, 32];
// A percept older than two frame periods is called stale.
const STALE_PERIODS = 2;
const LIKELY_PERCENT = 50;
const PRELOADED_PICTURES = 4;
const KEPT_PICTURES = 48;
// By number of the class: road, marking, pavement, building, vegetation, sky, vehicle, person, pole.
const CLASS_COLOURS = ['#7d7d8c', '#ffffff', '#c9a27a', '#b0574f', '#3f9b5a', '#8ec9f0', '#3f6be0', '#ff4fb0', '#f5d23c'];
// By number of the kind: how the sides of its box are drawn, so that colour is not needed.
const KIND_DASHES = [[], [14, 4], [5, 4], [2, 4]];
const CLASS_ALPHA = 0.45;
// Right of the tracks, for the words of the scales, in pixels; the slider's style knows it too.
const GUTTER_PX = 82;
const PLAY_STEP_MS = 25;

const seconds = tick => tick * TICK_S;
const told = (value, decimals, unit) => value == null ? '–' : value.toFixed(decimals) + ' ' + unit;
const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text != null) made.textContent = text;
  return made;
};

// Runs of equal cells, one byte each: the class above, the length less one below.
function cellsOf(text) {
  const cells = new Uint8Array(GRID[0] * GRID[1]);
  let at = 0;
  for (const byte of atob(text)) {
    const code = byte.charCodeAt(0);
    const end = at + (code & 15) + 1;
    cells.fill(code >> 4, at, end);
    at = end;
  }
  return cells;
}

class Player {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(document.getElementById(root.id + '-data').textContent);
    this.images = new Map();
    this.at = 0;
    this.speed = 1;
    this.playing = false;
    this.tint = 'classes';
    this.arrived = this.data.seats.map(seat => new Map(seat.arrivals));
    this.lost = this.data.seats.map(seat => new Set(seat.dropped));
    this.end = this.data.exposures.tick.at(-1) || 1;
    this.build();
    new ResizeObserver(() => this.layOut()).observe(root);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.layOut());
    this.layOut();
  }

  // ---- what the page is made of

  build() {
    const label = 'Player of ' + this.data.story;
    this.root.setAttribute('role', 'group');
    this.root.setAttribute('aria-label', label);
    this.views = element('div', 'views' + (this.data.seats.length > 1 ? ' two' : ''));
    this.seats = this.data.seats.map((seat, index) => this.buildSeat(seat, index));
    this.root.append(this.views, this.buildControls(), this.buildTracks(), this.buildLegend());
    this.root.addEventListener('pointerdown', () => { Player.active = this; });
    this.root.addEventListener('focusin', () => { Player.active = this; });
  }

  buildSeat(seat, index) {
    const figure = element('figure', 'view');
    const head = element('div', 'who ' + (index ? 'shadow' : 'wheel'));
    head.append(element('b', '', seat.name), element('span', '', index ? 'watches' : 'drives'));
    const action = element('span', 'action');
    head.append(action);
    const canvas = element('canvas');
    canvas.width = 2 * FRAME_PX[0];
    canvas.height = 2 * FRAME_PX[1];
    canvas.setAttribute('role', 'img');
    canvas.addEventListener('pointermove', event => this.point(index, event));
    canvas.addEventListener('pointerleave', () => this.draw());
    const caption = element('figcaption');
    const why = element('p', 'why');
    const age = element('p', 'age');
    caption.append(why, age);
    figure.append(head, canvas, caption);
    this.views.append(figure);
    return { canvas, action, why, age, pen: canvas.getContext('2d') };
  }

  buildControls() {
    const bar = element('div', 'controls');
    const button = (words, label, act) => {
      const made = element('button', '', words);
      made.type = 'button';
      made.setAttribute('aria-label', label);
      made.title = label;
      made.addEventListener('click', act);
      bar.append(made);
      return made;
    };
    button('|◀', 'To the first picture (Home)', () => this.show(0));
    button('◀', 'One picture back (left arrow)', () => this.step(-1));
    this.playButton = button('▶ Play', 'Play or pause (space)', () => this.toggle());
    this.playButton.className = 'play';
    button('▶', 'One picture on (right arrow)', () => this.step(1));
    const pace = element('select');
    pace.setAttribute('aria-label', 'Pace');
    for (const speed of [0.25, 0.5, 1, 2]) pace.append(new Option(speed + '×', speed, speed === 1, speed === 1));
    pace.addEventListener('change', () => { this.speed = Number(pace.value); });
    const tint = element('select');
    tint.setAttribute('aria-label', 'What is laid over the pictures');
    const choices = [['classes', 'tint: classes'], ['off', 'no tint']];
    if (this.data.seats.length > 1) choices.splice(1, 0, ['differences', 'tint: differences']);
    for (const [value, words] of choices) tint.append(new Option(words, value));
    tint.addEventListener('change', () => { this.tint = tint.value; this.draw(); });
    this.tintChoice = tint;
    this.clock = element('output', 'clock');
    bar.append(pace, tint, this.clock, element('span', 'space'));
    this.jumps = this.data.moments.filter(moment => moment.id !== 'the-end').map(moment => {
      const words = moment.why[0].toUpperCase() + moment.why.slice(1);
      const label = words + ' at ' + seconds(moment.tick).toFixed(2) + ' s (key ' + moment.key + ')';
      return button(words, label, () => this.jump(moment.tick));
    });
    return bar;
  }

  buildTracks() {
    const tracks = element('div', 'tracks');
    this.strip = this.buildTrack(tracks, 'strip', 'Decisions');
    this.strip.values.previousSibling.remove();
    this.slider = element('input', 'slider');
    this.slider.type = 'range';
    this.slider.min = 0;
    this.slider.max = this.end;
    this.slider.step = 1;
    this.slider.setAttribute('aria-label', 'Time');
    this.slider.addEventListener('input', () => this.jump(Number(this.slider.value)));
    const row = element('div', 'track time');
    row.append(element('div', 'name', 'Time'), this.slider);
    tracks.prepend(row);
    this.charts = chartsOf(this.data).map(chart => ({ ...chart, ...this.buildTrack(tracks, 'chart', chart.title) }));
    return tracks;
  }

  buildTrack(tracks, kind, title) {
    const row = element('div', 'track ' + kind);
    const name = element('div', 'name', title);
    const values = element('div', 'values');
    name.append(values);
    const canvas = element('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', title + ' over time; the values at the cursor stand beside it');
    row.append(name, canvas);
    tracks.append(row);
    const scrub = event => {
      if (event.buttons & 1) this.jump(this.tickAt(canvas, event.clientX));
    };
    canvas.addEventListener('pointerdown', event => { canvas.setPointerCapture(event.pointerId); scrub(event); });
    canvas.addEventListener('pointermove', scrub);
    return { canvas, values, pen: canvas.getContext('2d') };
  }

  buildLegend() {
    const legend = element('details', 'legend');
    legend.append(element('summary', '', 'How to read this, and keys'));
    const line = (title, ...parts) => {
      const made = element('p');
      made.append(element('b', '', title + ' '), ...parts);
      legend.append(made);
    };
    const { classes, kinds } = this.data.words;
    line('Tint:', ...classes.flatMap((word, at) => {
      const swatch = element('i', 'swatch');
      swatch.style.background = CLASS_COLOURS[at];
      return [swatch, word + '  '];
    }), '– the word under the pointer is shown on the picture.');
    line('Boxes:', 'named by kind, with the gap from the front bumper, the closing speed its tracker believes, and the probability. Sides are '
      + kinds.map((kind, at) => kind + ' ' + ['solid', 'long dashes', 'dashes', 'dots'][at]).join(', ') + '; thin and grey below 50 %.');
    line('Lines:', 'what is true is thin, the driver solid, the shadow dashed. Latency: a dot a frame of the driver, a square of the shadow, × where a frame was dropped.');
    line('Pictures:', 'ten a second, and one where the decisions part for the first time. Over each lies the newest percept that the seat had at that moment; it is late where the words below say so.');
    line('Keys:', '← → one picture, with shift a second; space play or pause; Home, End; '
      + this.data.moments.filter(moment => moment.key.length === 1).map(moment => moment.key + ' ' + moment.why).join(', ') + '.');
    return legend;
  }

  // ---- where we are

  exposure() { return this.data.pictures[this.at].exposure; }

  tick() { return this.data.exposures.tick[this.exposure()]; }

  tickAt(canvas, clientX) {
    const box = canvas.getBoundingClientRect();
    return (clientX - box.left) / (box.width - GUTTER_PX) * this.end;
  }

  // The picture nearest to a tick.
  nearest(tick) {
    const ticks = this.data.pictures.map(picture => this.data.exposures.tick[picture.exposure]);
    let best = 0;
    ticks.forEach((other, index) => { if (Math.abs(other - tick) < Math.abs(ticks[best] - tick)) best = index; });
    return best;
  }

  jump(tick) {
    this.pause();
    this.show(this.nearest(tick));
  }

  step(by) {
    this.pause();
    this.show(this.at + by);
  }

  show(index) {
    this.at = Math.max(0, Math.min(this.data.pictures.length - 1, index));
    this.draw();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.at === this.data.pictures.length - 1) this.show(0);
    this.playing = true;
    this.playButton.textContent = '❚❚ Pause';
    let now = seconds(this.tick());
    let before = performance.now();
    const go = () => {
      if (!this.playing) return;
      const stamp = performance.now();
      now += (stamp - before) / 1000 * this.speed;
      before = stamp;
      let next = this.at;
      const last = this.data.pictures.length - 1;
      while (next < last && seconds(this.data.exposures.tick[this.data.pictures[next + 1].exposure]) <= now) next += 1;
      if (next !== this.at) this.show(next);
      if (next === last) return this.pause();
      setTimeout(go, PLAY_STEP_MS);
    };
    setTimeout(go, PLAY_STEP_MS);
  }

  pause() {
    this.playing = false;
    this.playButton.textContent = '▶ Play';
  }

  key(event) {
    const inField = event.target.tagName === 'SELECT';
    if (event.ctrlKey || event.metaKey || event.altKey || inField) return false;
    const second = this.data.pictures.length > 1 ? Math.round(1 / (TICK_S * 10)) : 1;
    const by = event.shiftKey ? second : 1;
    const moment = this.data.moments.find(moment => moment.key.toLowerCase() === event.key.toLowerCase());
    if (event.key === 'ArrowRight') this.step(by);
    else if (event.key === 'ArrowLeft') this.step(-by);
    else if (event.key === 'Home') { this.pause(); this.show(0); }
    else if (event.target === this.slider && event.key === 'ArrowUp') this.step(by);
    else if (event.target === this.slider && event.key === 'ArrowDown') this.step(-by);
    else if (event.key === ' ' && !['BUTTON', 'SUMMARY', 'A'].includes(event.target.tagName)) this.toggle();
    else if (moment) this.jump(moment.tick);
    else return false;
    return true;
  }

  // ---- drawing

  layOut() {
    const style = getComputedStyle(this.root);
    const ink = name => style.getPropertyValue('--' + name).trim();
    this.colours = { ink: ink('ink'), paper: ink('paper'), faint: ink('faint'), bad: ink('bad'), seats: [ink('wheel'), ink('shadow')] };
    for (const track of [this.strip, ...this.charts]) {
      const scale = devicePixelRatio || 1;
      track.width = track.canvas.clientWidth;
      track.plot = Math.max(1, track.width - GUTTER_PX);
      track.height = track.canvas.clientHeight;
      track.canvas.width = Math.max(1, Math.round(track.width * scale));
      track.canvas.height = Math.max(1, Math.round(track.height * scale));
      const still = element('canvas');
      still.width = track.canvas.width;
      still.height = track.canvas.height;
      const pen = still.getContext('2d');
      pen.scale(scale, scale);
      if (track === this.strip) drawStrip(pen, track, this); else drawChart(pen, track, this);
      track.still = still;
    }
    this.draw();
  }

  draw() {
    const picture = this.data.pictures[this.at];
    if (!picture) return;
    const percepts = this.data.seats.map((seat, index) => seat.percepts[picture.percepts[index]]);
    this.seats.forEach((seat, index) => this.drawSeat(seat, index, picture, percepts));
    this.drawCursors();
    this.slider.value = this.tick();
    const time = seconds(this.tick()).toFixed(2) + ' s';
    this.slider.setAttribute('aria-valuetext', time);
    this.clock.textContent = time + ' of ' + seconds(this.end).toFixed(2) + ' s' + (picture.faults ? ' · ' + picture.faults : '');
    for (let ahead = 1; ahead <= PRELOADED_PICTURES; ahead += 1) this.image(this.at + ahead);
  }

  // The picture as an image; null while it is on its way.
  image(index) {
    const picture = this.data.pictures[index];
    if (!picture || !picture.jpeg) return null;
    let image = this.images.get(index);
    if (!image) {
      image = new Image();
      image.onload = () => { image.ready = true; if (index === this.at) this.draw(); };
      image.src = 'data:image/jpeg;base64,' + picture.jpeg;
      this.images.set(index, image);
      if (this.images.size > KEPT_PICTURES) this.images.delete(this.images.keys().next().value);
    }
    return image.ready ? image : null;
  }

  drawSeat(seat, index, picture, percepts) {
    const { pen, canvas } = seat;
    const k = picture.exposure;
    const words = this.data.words;
    const data = this.data.seats[index];
    pen.setTransform(2, 0, 0, 2, 0, 0);
    const image = this.image(this.at);
    if (image) pen.drawImage(image, 0, 0, ...FRAME_PX);
    else if (!picture.jpeg) drawMissing(pen);
    const percept = percepts[index];
    const isComing = picture.jpeg && !image;
    if (percept && !isComing) drawPercept(pen, percept, percepts[1 - index], this);
    const action = words.actions[data.action[k]];
    const why = words.decisions[data.decision[k]];
    const others = this.data.seats.filter((_, other) => other !== index);
    const differs = others.some(other => other.action[k] !== data.action[k]);
    seat.action.textContent = (differs ? '≠ ' : '') + action;
    seat.action.classList.toggle('differs', differs);
    seat.why.textContent = why;
    seat.age.textContent = this.ageWords(index, k);
    canvas.setAttribute('aria-label', `Picture at ${seconds(this.tick()).toFixed(2)} s as ${data.name} sees it. ${why}. ` + perceptWords(percept, words));
  }

  // How old what the seat knows is, and what becomes of this picture's own frame.
  ageWords(index, k) {
    const seat = this.data.seats[index];
    const now = this.data.exposures.tick[k];
    const seen = seat.seen[k];
    const budget = this.data.budget_ms;
    if (seen == null) return 'has seen nothing yet';
    const age = (now - seen) * 10;
    const stale = age > STALE_PERIODS * budget ? ', stale' : '';
    const knows = age === 0 ? 'knows this frame' : `knows the frame of ${age} ms ago${stale}`;
    if (!this.data.pictures[this.at].jpeg) return `${knows} · no frame arrives`;
    if (this.lost[index].has(now)) return `${knows} · this one is dropped`;
    const usable = this.arrived[index].get(now);
    if (usable == null) return `${knows} · this one is never used`;
    const took = (usable - now) * 10;
    return `${knows} · this one takes ${took} ms, ${took > budget ? 'over' : 'within'} the budget of ${budget}`;
  }

  drawCursors() {
    const k = this.exposure();
    for (const track of [this.strip, ...this.charts]) {
      const { pen, canvas } = track;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      if (track.still) pen.drawImage(track.still, 0, 0);
      const scale = canvas.width / Math.max(1, track.width);
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      track.cursor = this.tick() / this.end * track.plot;
      pen.fillStyle = this.colours.ink;
      pen.fillRect(Math.max(0, track.cursor - 0.75), 0, 1.5, track.height);
      if (track.tell) track.values.replaceChildren(...track.tell(k).map(([words, style]) => element('span', style, words)));
    }
    const [driver, shadow] = this.data.seats;
    const rows = [element('span', 'wheel', driver.name)];
    if (shadow) rows.push(element('span', '', driver.action[k] === shadow.action[k] ? 'alike' : '≠ differ'), element('span', 'shadow', shadow.name));
    this.strip.values.replaceChildren(...rows);
  }

  // Names the class under the pointer.
  point(index, event) {
    const picture = this.data.pictures[this.at];
    const percept = this.data.seats[index].percepts[picture.percepts[index]];
    if (!percept || !percept.cells) return;
    percept.map ||= cellsOf(percept.cells);
    const box = this.seats[index].canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / box.width * GRID[0]);
    const row = Math.floor((event.clientY - box.top) / box.height * GRID[1]);
    const word = this.data.words.classes[percept.map[row * GRID[0] + column]];
    if (!word) return;
    this.draw();
    drawLabel(this.seats[index].pen, word, column * 8 + 8, row * 8 + 4, []);
  }
}
