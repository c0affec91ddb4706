/** Entry point of the page of the history: that of `models ui`, and of a server. */
import { h, render } from 'preact';
import { HistoryPage } from './history/page.ts';

const root = document.getElementById('app');
if (root) {
  render(h(HistoryPage, {}), root);
}
