import { useCallback, useEffect, useRef, useState } from 'react';
import { revived } from './http';
import { useStore } from './store';

/** What came of asking: the last good answer stays while a newer one is on its way or fails. */
export interface Asked<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/**
 * Asks when the key changes, when told to, when the server is back, and every so many milliseconds while the page
 * is seen.
 *
 * @param key what the answer depends on
 */
export function useAsk<T>(ask: (signal: AbortSignal) => Promise<T>, key: string, everyMillis = 0): Asked<T> {
  const [answer, setAnswer] = useState<{ key: string; data: T } | undefined>();
  const [error, setError] = useState<unknown>();
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const revival = useStore(revived);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    const aborted = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      setLoading(true);
      try {
        const data = await latest.current(aborted.signal);
        if (aborted.signal.aborted) return;
        setAnswer({ key, data });
        setError(undefined);
      } catch (thrown) {
        if (aborted.signal.aborted) return;
        setError(thrown);
      }
      setLoading(false);
      if (everyMillis > 0) timer = setTimeout(whenSeen, everyMillis);
    };
    const whenSeen = () => {
      if (!document.hidden) void once();
      else document.addEventListener('visibilitychange', () => void whenSeen(), { once: true, signal: aborted.signal });
    };
    void once();
    return () => {
      aborted.abort();
      clearTimeout(timer);
    };
  }, [key, everyMillis, turn, revival]);

  const reload = useCallback(() => setTurn(before => before + 1), []);
  return { data: answer?.key === key ? answer.data : undefined, error, loading, reload };
}

const TYPING_MILLIS = 300;

/** What somebody types, once the fingers rest. */
export function useTyped(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MILLIS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Something that is done once, on a click. */
export function useAct(): { busy: boolean; error: unknown; run: (action: () => Promise<void>) => void; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = useCallback((action: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    action()
      .catch((thrown: unknown) => setError(thrown))
      .finally(() => setBusy(false));
  }, []);
  return { busy, error, run, clear: useCallback(() => setError(undefined), []) };
}
