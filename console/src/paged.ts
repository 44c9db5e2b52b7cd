import { useEffect, useState } from 'react';
import { type Asked, useAsk } from './ask';

/** One part of a list that the server pages. */
export interface Part<T> {
  items: T[];
  next: string | undefined;
}

export interface Paged<T> extends Asked<Part<T>> {
  items: T[];
  /** Counted from one. */
  page: number;
  /** Pages that have been seen to be there. */
  pages: number;
  /** Whether there are more behind those. */
  open: boolean;
  show: (page: number) => void;
}

/**
 * A list of which the server gives one page at a time, each by a token that the page before has
 * told.
 *
 * @param key what is listed: another list begins at its first page
 */
export function usePaged<T>(
  ask: (token: string | undefined, signal: AbortSignal) => Promise<Part<T>>,
  key: string,
  everyMillis = 0,
): Paged<T> {
  const [page, setPage] = useState(1);
  const [tokens, setTokens] = useState<(string | undefined)[]>([undefined]);
  const [of, setOf] = useState(key);
  if (of !== key) {
    setOf(key);
    setPage(1);
    setTokens([undefined]);
  }
  const asked = useAsk(signal => ask(tokens[page - 1], signal), `${key}\n${page}`, everyMillis);
  const next = asked.data?.next;
  useEffect(() => {
    if (next !== undefined) setTokens(before => (before.length === page ? [...before, next] : before));
  }, [next, page]);
  return {
    ...asked,
    items: asked.data?.items ?? [],
    page,
    pages: tokens.length,
    open: next !== undefined && page === tokens.length,
    show: wanted => setPage(Math.min(wanted, tokens.length)),
  };
}
