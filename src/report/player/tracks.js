// The player's tracks: decisions as bands, measures as charts, all over the same time.
'use strict';

function drawStrip(pen, track, player) {
  const { exposures, seats, words } = player.data;
  const x = k => k >= exposures.tick.length ? track.plot : exposures.tick[k] / player.end * track.plot;
  const height = (track.height - 16) / 2;
  seats.forEach((seat, index) => {
    const top = index * (height + 16);
    let from = 0;
    for (let k = 1; k <= seat.action.length; k += 1) {
      if (k < seat.action.length && seat.action[k] === seat.action[from]) continue;
      drawDecision(pen, player, words.actions[seat.action[from]], [x(from), top, x(k) - x(from), height], seat.action[from], index);
      from = k;
    }
  });
  if (seats.length > 1) hatch(pen, track, player, x, height);
}

function drawDecision(pen, player, words, [left, top, width, height], hardness, index) {
  pen.globalAlpha = 0.12 + 0.2 * hardness;
  pen.fillStyle = player.colours.seats[index];
  pen.fillRect(left, top, Math.max(1, width - 0.5), height);
  pen.globalAlpha = 1;
  pen.font = '11px system-ui, sans-serif';
  if (pen.measureText(words).width + 8 > width) return;
  pen.fillStyle = hardness > 2 ? player.colours.paper : player.colours.ink;
  pen.fillText(words, left + 4, top + height / 2 + 4);
}

// Between both rows, where they differ.
function hatch(pen, track, player, x, height) {
  const [driver, shadow] = player.data.seats;
  pen.strokeStyle = player.colours.bad;
  pen.fillStyle = player.colours.bad;
  pen.lineWidth = 1.4;
  driver.action.forEach((action, k) => {
    if (action === shadow.action[k]) return;
    const [from, to] = [x(k), Math.max(x(k) + 2, x(k + 1))];
    pen.save();
    pen.beginPath();
    pen.rect(from, height + 2, to - from, 12);
    pen.clip();
    pen.globalAlpha = 0.25;
    pen.fillRect(from, height + 2, to - from, 12);
    pen.globalAlpha = 1;
    pen.beginPath();
    for (let at = Math.floor(from / 6) * 6 - 12; at < to; at += 6) {
      pen.moveTo(at, height + 14);
      pen.lineTo(at + 12, height + 2);
    }
    pen.stroke();
    pen.restore();
  });
}

// What is charted. A line is [values on every exposure, style]; `tell` gives the values at the cursor.
function chartsOf(data) {
  const { exposures, seats, words } = data;
  const styles = ['wheel', 'shadow'];
  const each = (field, decimals, unit) => k => seats.map((seat, index) => [`${seat.name} ${told(seat[field][k], decimals, unit)}`, styles[index]]);
  const lines = field => seats.map((seat, index) => [seat[field], styles[index]]);
  return [
    { title: 'Speed', unit: 'm/s', least: 1, lines: [[exposures.speed_mps, 'truth']],
      tell: k => [[told(exposures.speed_mps[k], 1, 'm/s'), 'truth']] },
    { title: 'Gap', unit: 'm', least: 10, most: 80, lines: [[exposures.gap_m, 'truth'], ...lines('gap_m')],
      tell: k => [[`true ${told(exposures.gap_m[k], 1, 'm')}`, 'truth'], ...each('gap_m', 1, 'm')(k)] },
    { title: 'TTC', unit: 's', least: 4, most: 8, lines: [[exposures.ttc_s, 'truth'], ...lines('ttc_s')],
      tell: k => [[`true ${told(exposures.ttc_s[k], 2, 's')}`, 'truth'], ...each('ttc_s', 2, 's')(k)] },
    { title: 'Decision', unit: 'm/s²', least: 1, lines: lines('accel_mps2'),
      tell: k => seats.map((seat, index) => [`${words.actions[seat.action[k]]} ${told(seat.accel_mps2[k], 1, 'm/s²')}`, styles[index]]) },
    { title: 'Latency', unit: 'ms', least: 1.4 * data.budget_ms, lines: [], marks: true, rule: [data.budget_ms, 'budget'],
      tell: k => seats.map((seat, index) => [latencyWords(seat, exposures.tick[k]), styles[index]]) },
  ];
}

function latencyWords(seat, tick) {
  if (seat.dropped.includes(tick)) return `${seat.name} × dropped`;
  const arrival = seat.arrivals.find(arrival => arrival[0] === tick);
  return seat.name + ' ' + (arrival ? (arrival[1] - arrival[0]) * 10 + ' ms' : '–');
}

function drawChart(pen, track, player) {
  const latencies = track.marks ? player.data.seats.flatMap(seat => seat.arrivals.map(([from, to]) => (to - from) * 10)) : [];
  const values = track.lines.flatMap(line => line[0]).concat(latencies).filter(value => value != null);
  const low = Math.min(0, ...values.filter(value => value < -0.05));
  let high = Math.max(track.least, ...values);
  const isCut = track.most && high > track.most;
  if (isCut) high = track.most;
  const [top, bottom] = [track.marks ? 24 : 8, track.height - 8];
  const y = value => bottom - (bottom - top) * (Math.min(value, high) - low) / (high - low);
  const x = tick => tick / player.end * track.plot;
  drawAxes(pen, track, player, y, [low, high], isCut);
  track.lines.forEach(([line, style]) => drawLine(pen, player, line.map((value, k) => value == null ? null : [x(player.data.exposures.tick[k]), y(value)]), style));
  if (track.marks) player.data.seats.forEach((seat, index) => drawMarks(pen, player, seat, index, { x, y }));
}

function drawAxes(pen, track, player, y, [low, high], isCut) {
  pen.strokeStyle = player.colours.faint;
  pen.fillStyle = player.colours.faint;
  pen.lineWidth = 0.5;
  pen.font = '10.5px system-ui, sans-serif';
  const rules = [[high, `${isCut ? '≥ ' : ''}${high.toFixed(high < 10 ? 1 : 0)} ${track.unit}`], [low, low.toFixed(low ? 1 : 0)]];
  if (low < 0) rules.push([0, '0']);
  if (track.rule) rules.unshift([track.rule[0], `${track.rule[1]} ${track.rule[0]} ms`]);
  if (track.marks) pen.fillText('× dropped', track.plot + 6, 12);
  const written = [];
  for (const [value, words] of rules) {
    pen.setLineDash(track.rule && value === track.rule[0] ? [4, 3] : []);
    pen.beginPath();
    pen.moveTo(0, y(value));
    pen.lineTo(track.plot, y(value));
    pen.stroke();
    if (written.some(other => Math.abs(other - y(value)) < 11)) continue;
    written.push(y(value));
    pen.fillText(words, track.plot + 6, y(value) + 4);
  }
  pen.setLineDash([]);
}

function drawLine(pen, player, points, style) {
  pen.strokeStyle = style === 'truth' ? player.colours.ink : player.colours.seats[style === 'wheel' ? 0 : 1];
  pen.lineWidth = style === 'truth' ? 1.2 : 1.8;
  pen.setLineDash(style === 'shadow' ? [6, 4] : []);
  pen.beginPath();
  let down = false;
  for (const point of points) {
    if (point && down) pen.lineTo(...point);
    else if (point) pen.moveTo(...point);
    down = Boolean(point);
  }
  pen.stroke();
  pen.setLineDash([]);
}

// A dot of the driver, a square of the shadow, a cross where a frame was dropped.
function drawMarks(pen, player, seat, index, { x, y }) {
  pen.fillStyle = pen.strokeStyle = player.colours.seats[index];
  pen.lineWidth = 1.2;
  for (const [from, to] of seat.arrivals) {
    pen.beginPath();
    if (index === 0) pen.arc(x(from), y((to - from) * 10), 2.2, 0, 7);
    else pen.rect(x(from) - 2, y((to - from) * 10) - 2, 4, 4);
    if (index === 0) pen.fill(); else pen.stroke();
  }
  for (const tick of seat.dropped) {
    const [left, above] = [x(tick), 5 + 7 * index];
    pen.beginPath();
    pen.moveTo(left - 2, above - 2);
    pen.lineTo(left + 2, above + 2);
    pen.moveTo(left - 2, above + 2);
    pen.lineTo(left + 2, above - 2);
    pen.stroke();
  }
}

