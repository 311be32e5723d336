// Asks the development server once a second how its last reload went, and hands
// each answer to `onStatus`. Asks nothing while the page is hidden. The first
// 404 means that the server has no such page (it is not `fraiseql dev`): then it
// never asks again. Any other failure (the server restarts) is just waited out.

const INTERVAL_MS = 1000;

async function ask(url) {
  const response = await fetch(url, { cache: 'no-store' });
  if (response.status === 404) return { gone: true };
  return { status: response.ok ? await response.json() : undefined };
}

// Starts asking; returns the function that stops it.
export function watchDevStatus(url, onStatus) {
  let timer;
  let stopped = false;

  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibility);
  }

  async function tick() {
    timer = undefined;
    const { gone, status } = await ask(url).catch(() => ({}));
    if (stopped) return;
    if (gone) {
      stop();
      return;
    }
    if (status) onStatus(status);
    if (!document.hidden) timer = setTimeout(tick, INTERVAL_MS);
    else asking = false;
  }

  let asking = true;
  function onVisibility() {
    if (document.hidden) {
      if (timer === undefined) return; // an answer is under way, tick() will see
      clearTimeout(timer);
      timer = undefined;
      asking = false;
    } else if (!asking) {
      asking = true;
      tick();
    }
  }

  document.addEventListener('visibilitychange', onVisibility);
  if (document.hidden) asking = false;
  else tick();
  return stop;
}
