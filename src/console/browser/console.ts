/** The console: asks the server what it sees and shows it. */
import { byId, setText } from './dom.ts';
import { showDrift } from './drift.ts';
import { showFeedback } from './feedback.ts';
import { showHeader } from './header.ts';
import { startKeyForm } from './key.ts';
import { startLanguages } from './language-panel.ts';
import { showLoad } from './load.ts';
import { showModel } from './model-card.ts';
import { type Poll, startPolling } from './poll.ts';
import { startPredictions } from './predictions.ts';
import { startTraffic } from './traffic.ts';
import { startTry } from './try.ts';

const showTraffic = startTraffic();
const showPredictions = startPredictions();
const showLanguages = startLanguages();

function show(poll: Poll): void {
  const { data, contact } = poll;
  showHeader(poll);
  keyForm.setWanted(contact.kind === 'wants-key');
  if (!data || contact.kind !== 'answered') {
    return;
  }
  showLanguages(data);
  showTraffic(data);
  showDrift(data);
  showLoad(data);
  showFeedback(data);
  showPredictions(data);
  void showModel(data);
}

const keyForm = startKeyForm(() => poller.now());
const poller = startPolling(show);
startTry({
  data: () => poller.current().data,
  onChange: () => {
    if (!poller.current().paused) {
      poller.now();
    }
  },
});

const pause = byId<HTMLButtonElement>('pause');
pause.addEventListener('click', () => {
  const paused = !poller.current().paused;
  setText(pause, paused ? 'Go on' : 'Pause');
  poller.setPaused(paused);
  showHeader(poller.current());
});

// How long the server has been silent grows between two polls.
setInterval(() => showHeader(poller.current()), 1000);
