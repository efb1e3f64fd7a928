// The player's pictures: what a seat saw, drawn over the frame.
'use strict';

function drawMissing(pen) {
  pen.fillStyle = '#333';
  pen.fillRect(0, 0, ...FRAME_PX);
  pen.fillStyle = '#fff';
  pen.font = '14px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.fillText('No frame arrived; what lies here was seen before', FRAME_PX[0] / 2, FRAME_PX[1] - 12);
  pen.textAlign = 'left';
}

function drawPercept(pen, percept, other, player) {
  if (percept.cells) drawCells(pen, percept, other, player.tint);
  for (const points of percept.lanes_px) drawLane(pen, points);
  const taken = [];
  for (const box of percept.boxes) drawBox(pen, box);
  for (const box of percept.boxes) {
    if (box.percent < LIKELY_PERCENT) continue;
    const closing = box.closing_mps == null ? '' : ` ${box.closing_mps >= 0 ? 'closing' : 'leaving'} ${Math.abs(box.closing_mps).toFixed(1)} m/s`;
    const words = `${player.data.words.kinds[box.kind]} ${box.gap_m.toFixed(0)} m${closing} ${box.percent} %`;
    drawLabel(pen, words, box.sides_px[0], box.sides_px[1] - 9, taken);
  }
  const light = lightWords(percept, player.data.words);
  if (light) drawLabel(pen, light, 6, 10, taken);
}

function lightWords(percept, words) {
  const parts = [];
  if (percept.light[0]) parts.push(`● light ${words.lights[percept.light[0]]} ${percept.light[1]} %`);
  if (percept.stop_line) parts.push(`stop line ${percept.stop_line[0].toFixed(0)} m ${percept.stop_line[1]} %`);
  return parts.join(' · ');
}

function drawCells(pen, percept, other, tint) {
  if (tint === 'off') return;
  percept.map ||= cellsOf(percept.cells);
  if (tint === 'differences') return drawDifferences(pen, percept, other);
  if (!percept.sheet) {
    percept.sheet = element('canvas');
    [percept.sheet.width, percept.sheet.height] = GRID;
    const sheet = percept.sheet.getContext('2d');
    percept.map.forEach((cell, at) => {
      sheet.fillStyle = CLASS_COLOURS[cell];
      sheet.fillRect(at % GRID[0], Math.floor(at / GRID[0]), 1, 1);
    });
  }
  pen.globalAlpha = CLASS_ALPHA;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(percept.sheet, 0, 0, ...FRAME_PX);
  pen.imageSmoothingEnabled = true;
  pen.globalAlpha = 1;
}

// Hatches the cells to which both seats give different classes.
function drawDifferences(pen, percept, other) {
  if (!other || !other.cells) return;
  other.map ||= cellsOf(other.cells);
  pen.strokeStyle = '#fff';
  pen.lineWidth = 1;
  pen.fillStyle = 'rgba(0, 0, 0, 0.55)';
  pen.beginPath();
  percept.map.forEach((cell, at) => {
    if (cell === other.map[at]) return;
    const [x, y] = [at % GRID[0] * 8, Math.floor(at / GRID[0]) * 8];
    pen.fillRect(x, y, 8, 8);
    pen.moveTo(x, y + 8);
    pen.lineTo(x + 8, y);
  });
  pen.stroke();
}

function drawLane(pen, points) {
  for (const [colour, width] of [['#003b3b', 4], ['#3ff0dc', 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    for (let at = 0; at < points.length; at += 2) pen.lineTo(points[at], points[at + 1]);
    pen.stroke();
  }
}

// A road user's box; who is doubtful stays thin.
function drawBox(pen, box) {
  const [left, top, right, bottom] = box.sides_px;
  const likely = box.percent >= LIKELY_PERCENT;
  const sides = [left, top, Math.max(2, right - left), Math.max(2, bottom - top)];
  pen.setLineDash([]);
  pen.strokeStyle = 'rgba(0, 0, 0, 0.7)';
  pen.lineWidth = likely ? 3.4 : 1.6;
  pen.strokeRect(...sides);
  pen.setLineDash(KIND_DASHES[box.kind]);
  pen.strokeStyle = likely ? '#ffd84a' : '#d8d8d8';
  pen.lineWidth = likely ? 1.8 : 0.8;
  pen.strokeRect(...sides);
  pen.setLineDash([]);
}

// Words on a dark plate, moved until they cover no others.
function drawLabel(pen, words, x, y, taken) {
  pen.font = '600 10.5px system-ui, sans-serif';
  const width = pen.measureText(words).width + 8;
  const left = Math.max(2, Math.min(FRAME_PX[0] - width - 2, x));
  let top = Math.max(2, Math.min(FRAME_PX[1] - 16, y - 7));
  const covers = other => left < other[0] + other[2] && other[0] < left + width && Math.abs(top - other[1]) < 15;
  for (let tries = 0; tries < 12 && taken.some(covers); tries += 1) top = top > 20 ? top - 15.5 : top + 31 + 15.5 * tries;
  taken.push([left, top, width]);
  pen.fillStyle = 'rgba(0, 0, 0, 0.78)';
  pen.fillRect(left, top, width, 14);
  pen.fillStyle = '#fff';
  pen.fillText(words, left + 4, top + 10.5);
}

function perceptWords(percept, words) {
  if (!percept) return 'Nothing seen yet.';
  const boxes = percept.boxes.filter(box => box.percent >= LIKELY_PERCENT);
  const users = boxes.map(box => `${words.kinds[box.kind]} at ${box.gap_m.toFixed(0)} m`);
  const light = lightWords(percept, words);
  return (users.length ? 'Sees ' + users.join(', ') : 'Sees no road user') + (light ? '; ' + light : '') + '.';
}

