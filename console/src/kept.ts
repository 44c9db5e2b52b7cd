import { session } from './http';
import type { Kit } from './kit';
import { store } from './store';

/** What the page for connecting devices keeps while one looks at other pages: in memory only. */
export interface Draft {
  name: string;
  type: string;
  /** Whether the device has made its key itself. */
  own: boolean;
  request: string;
  host: string;
}

const NOTHING: Draft = { name: '', type: '', own: false, request: '', host: '' };

export const draft = store<Draft>(NOTHING);

/** The device that was made last, with its secret, and whether that was saved. */
export const finished = store<{ kit: Kit; account: string; saved: boolean } | undefined>(undefined);

/** At the end of a session, or of a device. */
export function forget(): void {
  draft.set(NOTHING);
  finished.set(undefined);
}

// Somebody else's secrets are nobody's business.
session.subscribe(() => {
  const now = session.get();
  if (now && finished.get() && finished.get()?.account !== now.account) forget();
});

// A key that was not saved is lost with the page: the browser asks whether that is meant.
window.addEventListener('beforeunload', event => {
  const made = finished.get();
  if (made?.kit.key && !made.saved) event.preventDefault();
});
