/** Entry point: renders the page again for each change of its state. */
import { html, render } from 'htm/preact';
import { App } from './components/app.ts';
import { createStore } from './store.ts';

/** Ages that the header shows grow between two answers of the server. */
const TICK_MS = 1000;

const store = createStore(update);

function update(): void {
  const root = document.getElementById('app');
  if (root) {
    render(html`<${App} state=${store.state()} actions=${store} />`, root);
  }
}

setInterval(update, TICK_MS);
store.start();
update();
