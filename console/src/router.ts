import { store, useStore } from './store';

/** Where one is: the parts of the fragment, decoded, and its query. */
export interface Place {
  parts: string[];
  query: URLSearchParams;
}

export function parse(fragment: string): Place {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A link within the console. */
export function to(parts: string[], query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

const place = store(parse(location.hash));
window.addEventListener('hashchange', () => place.set(parse(location.hash)));

export function usePlace(): Place {
  return useStore(place);
}

export function go(href: string): void {
  location.hash = href;
}

/** What a sign-in link brought in the fragment; it is taken out of the address at once. */
export function takeSignInToken(): string | null {
  const found = /^#sign-in=([\w-]+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, '', location.pathname);
  place.set(parse(''));
  return found[1] ?? null;
}
