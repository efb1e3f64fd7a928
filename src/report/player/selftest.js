// `report.html#selftest` checks the players: scrubbing, keys, jumps and playing move pictures and cursors. The result
// is the page's title and the text of #selftest.
'use strict';

async function selftest() {
  const failed = [];
  let checks = 0;
  const claim = (held, words) => { checks += 1; if (!held) failed.push(words); };
  addEventListener('error', event => failed.push('error: ' + event.message));
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const press = (key, more) => document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  const pixels = canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, byte, at) => (sum * 31 + byte * (at % 7 + 1)) >>> 0, 7);
  for (const root of document.querySelectorAll('.player')) {
    const player = open(root);
    Player.active = player;
    const name = root.id + ': ';
    const last = player.data.pictures.length - 1;
    const wait = async () => {
      for (let tries = 0; tries < 100 && player.data.pictures[player.at].jpeg && !player.image(player.at); tries += 1) await pause(20);
    };
    const cursorsFit = () => [player.strip, ...player.charts].every(track => Math.abs(track.cursor - player.tick() / player.end * track.plot) < 0.01);

    player.slider.value = 0;
    player.slider.dispatchEvent(new Event('input'));
    await wait();
    const before = [...player.seats.map(seat => seat.canvas), ...player.charts.map(chart => chart.canvas)].map(pixels);
    claim(player.image(0) || !player.data.pictures[0].jpeg, name + 'the first picture is shown');
    player.slider.value = player.data.exposures.tick[player.data.pictures[Math.floor(last / 2)].exposure];
    player.slider.dispatchEvent(new Event('input'));
    await wait();
    const after = [...player.seats.map(seat => seat.canvas), ...player.charts.map(chart => chart.canvas)].map(pixels);
    claim(player.at === Math.floor(last / 2), name + 'scrubbing moves the picture');
    before.forEach((sum, at) => claim(sum !== after[at], name + 'scrubbing redraws canvas ' + at));
    claim(cursorsFit(), name + 'every cursor stands at the picture');

    const middle = player.at;
    press('ArrowRight');
    claim(player.at === middle + 1, name + 'the right arrow goes one picture on');
    press('ArrowLeft');
    press('ArrowLeft');
    claim(player.at === middle - 1, name + 'the left arrow goes one picture back');
    press('Home');
    claim(player.at === 0, name + 'Home goes to the first picture');
    press('ArrowRight', { shiftKey: true });
    claim(player.at === Math.min(10, last), name + 'shift and arrow go a second on');
    press('End');
    claim(player.at === last, name + 'End goes to the last picture');
    for (const moment of player.data.moments) {
      press('Home');
      press(moment.key);
      claim(player.at === player.nearest(moment.tick) && cursorsFit(), name + moment.key + ' jumps to ' + moment.why);
    }
    for (const link of root.closest('section').querySelectorAll('a.jump')) {
      press('Home');
      link.click();
      claim(player.at === player.nearest(Number(link.hash.split('@')[1])), name + 'the link ' + link.textContent + ' jumps');
    }
    const parted = player.data.moments.find(moment => moment.id === 'first-disagreement');
    if (parted) {
      player.jump(parted.tick);
      claim(player.tick() === parted.tick, name + 'the first disagreement has its own picture');
      claim(player.seats.every(seat => seat.action.textContent.startsWith('≠')), name + 'the disagreement is marked in words');
    }
    press('Home');
    press(' ');
    for (let tries = 0; tries < 200 && player.at <= 2 && player.at < last; tries += 1) await pause(50);
    claim(player.at > 2 || last <= 2, name + 'playing moves the picture');
    press(' ');
    claim(!player.playing || last <= 2, name + 'space pauses');
    claim(player.seats.every(seat => seat.canvas.getAttribute('aria-label')), name + 'pictures are told in words');
  }
  claim(players.size > 0, 'there is a player');
  const result = element('pre', '', failed.length ? 'selftest failed: ' + failed.join('; ') : `selftest passed: ${checks} checks`);
  result.id = 'selftest';
  document.querySelector('main').prepend(result);
  document.title = result.textContent;
}

if (location.hash === '#selftest') {
  selftest().catch(error => { document.title = 'selftest failed: ' + error; });
}
