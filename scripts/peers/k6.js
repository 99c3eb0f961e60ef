// What bench does, for k6: clients that follow a topic over WebSocket, or by polls, and take the time from when
// each message was due. Written as k6's documentation shows it.
import http from 'k6/http';
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

const clients = Number(__ENV.CLIENTS);
const topics = Number(__ENV.TOPICS);
const seconds = Number(__ENV.SECONDS);
const interval = Number(__ENV.INTERVAL);
const wall = Number(__ENV.WALL_MS); // due times count from the machine's start

const latency = new Trend('delivery_latency', true);

export const options = {
  scenarios: {
    clients: __ENV.TRANSPORT === 'websocket'
      ? { executor: 'per-vu-iterations', vus: clients, iterations: 1, maxDuration: `${seconds + 60}s` }
      : { executor: 'constant-vus', vus: clients, duration: `${seconds}s`, gracefulStop: '5s' },
  },
  summaryTrendStats: ['avg', 'med', 'p(99)', 'max', 'count'],
};

function take(message) {
  latency.add(Date.now() - (message.due / 1e6 + wall));
}

function follow() {
  const socket = new WebSocket(`${__ENV.SERVICE.replace('http', 'ws')}/ws?topic=${(__VU - 1) % topics}&after=0`);
  socket.onmessage = (event) => take(JSON.parse(event.data));
  setTimeout(() => socket.close(), seconds * 1000);
}

let after = 0; // each virtual user has its own

function poll() {
  if (__ITER === 0) {
    sleep(Math.random() * interval);
  }
  const answer = http.get(`${__ENV.SERVICE}/poll?topic=0&after=${after}`, { tags: { name: 'poll' } });
  if (answer.status === 200) {
    for (const message of answer.json()) {
      take(message);
      after = message.seq;
    }
  }
  if (interval > 0) {
    sleep(interval);
  }
}

export default __ENV.TRANSPORT === 'websocket' ? follow : poll;

export function handleSummary(data) {
  return { [__ENV.SUMMARY]: JSON.stringify(data) };
}
