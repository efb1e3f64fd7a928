// The page: makes its players when they come near, follows links and hands keys to the player in use.
'use strict';

const players = new Map();

// Players are made when they come near the window: parsing their data takes a moment.
function open(root) {
  if (!players.has(root.id)) players.set(root.id, new Player(root));
  return players.get(root.id);
}

// `#run-2@345` is a tick of a run, `#first-disagreement` a moment of the first run.
function follow(hash) {
  const [, id, tick] = /^#(run-\d+)(?:@(\d+))?$/.exec(hash) || [];
  const root = id && document.getElementById(id);
  const first = document.querySelector('.player');
  if (root) {
    const player = open(root);
    Player.active = player;
    if (tick != null) player.jump(Number(tick));
    root.closest('section').scrollIntoView();
  } else if (first) {
    const player = open(first);
    const moment = player.data.moments.find(moment => '#' + moment.id === hash);
    if (moment) player.jump(moment.tick);
  }
}

function start() {
  const roots = [...document.querySelectorAll('.player')];
  const watch = new IntersectionObserver(seen => seen.filter(one => one.isIntersecting).forEach(one => open(one.target)), { rootMargin: '800px' });
  roots.forEach(root => watch.observe(root));
  if (roots.length) Player.active = open(roots[0]);
  document.addEventListener('keydown', event => {
    if (Player.active && Player.active.key(event)) event.preventDefault();
  });
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#run-"]');
    if (!link) return;
    event.preventDefault();
    history.replaceState(null, '', link.getAttribute('href'));
    follow(link.getAttribute('href'));
  });
  addEventListener('hashchange', () => follow(location.hash));
  follow(location.hash);
}

start();
