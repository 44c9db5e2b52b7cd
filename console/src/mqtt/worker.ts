import { Connection } from './connection';
import { CSV_HEADER, csvLine, jsonLine, pieces } from './export';
import { Feed } from './feed';
import type { Kept } from './message';
import type { CallName, Calls, FromWorker, ToWorker, View } from './protocol';

// Messages leave the socket here, and not in the page, which gets what it shows and no more.

/** Pictures of the state go to the page no oftener than this, and the next one when one is drawn. */
const EVERY_MILLIS = 125;
const AFTER_VIEW_MILLIS = 16;
const STILL_MILLIS = 500;

const scope = self as unknown as {
  location: Location;
  postMessage: (message: FromWorker) => void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const feed = new Feed();
let view: View = { anchor: undefined, from: 0, count: 0, tree: undefined };
let timer: ReturnType<typeof setTimeout> | undefined;
let due = 0;
let sent = 0;
let drawn = true;
let missed = false;
let total = -1;

const { protocol, host } = scope.location;
const connection = new Connection(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/mqtt`, feed, () => soon(EVERY_MILLIS));

/** Has the state sent so many milliseconds after the last time, or sooner if that was planned. */
function soon(millis: number): void {
  const at = Math.max(Date.now(), sent + millis);
  if (timer !== undefined && due <= at) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(send, at - Date.now());
}

function send(): void {
  timer = undefined;
  // A page that has not drawn the last picture yet, or is not seen at all, gets no other.
  missed = !drawn;
  if (missed) return;
  drawn = false;
  sent = Date.now();
  scope.postMessage({ snapshot: { line: connection.line, ...feed.look(view, sent) } });
}

// Messages come without a call: look whether there are any, or rates that have to fall.
setInterval(() => {
  if (feed.total !== total) soon(EVERY_MILLIS);
  else if (feed.moves(Date.now())) soon(STILL_MILLIS);
  total = feed.total;
}, EVERY_MILLIS);

function* lines(format: 'jsonl' | 'csv'): Generator<string> {
  const filterOf = (id: number) => feed.filterOf(id);
  if (format === 'csv') yield CSV_HEADER;
  const line = (message: Kept) => (format === 'csv' ? csvLine(message, filterOf) : jsonLine(message, filterOf));
  for (const message of feed.all()) yield line(message);
}

const calls: { [K in CallName]: (argument: Parameters<Calls[K]>[0]) => unknown } = {
  connect: settings => connection.start(settings),
  disconnect: () => connection.leave(),
  subscribe: wanted => connection.add(wanted),
  unsubscribe: id => connection.remove(id),
  mute: ({ id, muted }) => {
    const found = feed.subscriptions.find(each => each.id === id);
    if (found) found.muted = muted;
  },
  publish: publish => connection.publish(publish),
  view: asked => {
    view = asked;
  },
  filter: filter => feed.filter(filter),
  pause: paused => {
    feed.paused = paused;
  },
  clear: () => feed.clear(),
  message: number => feed.get(number),
  at: ({ place, anchor }) => feed.at(place, anchor),
  find: find => feed.find(find),
  export: format =>
    new Blob([...pieces(lines(format))], { type: format === 'csv' ? 'text/csv;charset=utf-8' : 'application/x-ndjson' }),
};

scope.onmessage = ({ data }) => {
  if (data === 'drawn') {
    drawn = true;
    if (missed) soon(EVERY_MILLIS);
    return;
  }
  const { call, name, argument } = data;
  Promise.resolve()
    .then(() => (calls[name] as (argument: unknown) => unknown)(argument))
    .then(
      value => scope.postMessage({ call, value }),
      (error: unknown) => scope.postMessage({ call, error: String(error) }),
    );
  soon(AFTER_VIEW_MILLIS);
};
