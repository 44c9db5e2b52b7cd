import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Frame } from './Frame';
import { loadSession, type Session, session, signIn } from './http';
import { Failure } from './parts';
import { takeSignInToken } from './router';
import { SignInAgain, SignInPage } from './SignIn';
import { useStore } from './store';
import { texts } from './texts';

const RETRY_MILLIS = 3000;

/** The sign-in page, the frame with a page, or both when a session has ended meanwhile. */
export function App() {
  const current = useStore(session);
  const [failed, setFailed] = useState<unknown>();
  const last = useRef<Session | null>(null);
  const started = useRef(false);

  const start = useCallback(async (token: string | null) => {
    setFailed(undefined);
    try {
      if (token) await signIn({ link: token });
      else await loadSession();
    } catch (thrown) {
      setFailed(thrown);
      // An old link harms nobody who has signed in already.
      if (token) await loadSession().catch(() => undefined);
    }
  }, []);

  useEffect(() => {
    if (!started.current) {
      started.current = true;
      void start(takeSignInToken());
    }
    const followed = () => {
      const token = takeSignInToken();
      if (token) void start(token);
    };
    window.addEventListener('hashchange', followed);
    return () => window.removeEventListener('hashchange', followed);
  }, [start]);

  // Nothing is shown yet and the server does not answer: it may be about to start.
  useEffect(() => {
    if (current !== undefined || !failed) return;
    const timer = setTimeout(() => void start(null), RETRY_MILLIS);
    return () => clearTimeout(timer);
  }, [current, failed, start]);

  if (current) last.current = current;
  if (current === undefined) {
    return (
      <main className="sign-in">
        {failed ? (
          <Failure error={failed} retry={() => void start(null)} />
        ) : (
          <Box textAlign="center">
            <Spinner size="large" /> {texts.signIn.starting}
          </Box>
        )}
      </main>
    );
  }
  if (!last.current || (current === null && failed)) return <SignInPage failed={failed} />;
  return (
    <>
      <Frame session={last.current} leave={() => (last.current = null)} />
      {current === null && <SignInAgain />}
    </>
  );
}
