// A service that uses the client: it takes reviews and answers which of them need an answer first.
//
//   node examples/review-service.mjs
//   curl --json '["Never again!", "Great service"]' localhost:3000/reviews
//
//   PORT      3000
//   SERVER    address of the sentiment server, http://localhost:8080
//   API_KEY   one of its API_KEYS, if it has any
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  ConnectionError,
  createClient,
  DeadlineError,
  ProblemError,
} from 'tweet-sentiment-server/client';

const { PORT = '3000', SERVER = 'http://localhost:8080', API_KEY: apiKey } = process.env;
const client = createClient({ baseUrl: SERVER, timeoutMs: 5000, ...(apiKey && { apiKey }) });

/** The most negative reviews first. @param signal ends the request with that of our own client. */
async function sortReviews(reviews, signal) {
  const { predictions } = await client.predict(reviews, { signal });
  return predictions
    .map(({ label, scores }, index) => ({
      review: reviews[index],
      label,
      negative: scores.negative,
    }))
    .sort((a, b) => b.negative - a.negative);
}

const server = createServer(async (req, res) => {
  if (req.method !== 'POST' || req.url !== '/reviews') {
    res.writeHead(404).end();
    return;
  }
  const controller = new AbortController();
  res.on('close', () => controller.abort());
  try {
    const sorted = await sortReviews(await json(req), controller.signal);
    res.setHeader('content-type', 'application/json').end(JSON.stringify(sorted));
  } catch (error) {
    if (!controller.signal.aborted) {
      res.writeHead(statusOf(error)).end(error.message);
    }
  }
});

function statusOf(error) {
  if (error instanceof ProblemError) {
    // Our client's fault, or ours.
    return error.status === 400 ? 400 : 502;
  }
  if (error instanceof ConnectionError) {
    return 502;
  }
  return error instanceof DeadlineError ? 504 : 400;
}

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
