import AppLayout from '@cloudscape-design/components/app-layout';
import Box from '@cloudscape-design/components/box';
import Flashbar from '@cloudscape-design/components/flashbar';
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import Spinner from '@cloudscape-design/components/spinner';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import { forget } from './kept';
import { loadSession, ping, reachable, type Session, signOut } from './http';
import mark from './mark.svg';
import { type Mode, mode, setMode } from './mode';
import { Outdated, PageGuard } from './parts';
import { go, type Place, to, usePlace } from './router';
import { useStore } from './store';
import { texts } from './texts';

type Page = ComponentType<{ place: Place }>;

interface Entry {
  title: string;
  page: Page;
  /** For a place with a second part: one thing instead of the list of them. */
  one?: Page;
}

/**
 * A page that is fetched when it is first seen. While the server is away it waits for it; and a page of a newer
 * console than this is fetched by loading everything anew.
 */
function page(load: () => Promise<{ default: Page }>): Page {
  return lazy(async () => {
    for (;;) {
      try {
        return await load();
      } catch (thrown) {
        const there = await loadSession().then(
          () => true,
          () => false,
        );
        if (there) throw new Outdated(String(thrown));
        await new Promise<void>(resolve => {
          const stop = reachable.subscribe(() => {
            if (!reachable.get()) return;
            stop();
            resolve();
          });
        });
      }
    }
  });
}

/** The first part of the place chooses the page. */
const PAGES: Record<string, Entry> = {
  '': { title: texts.pages.home, page: page(() => import('./pages/Home')) },
  connect: { title: texts.pages.connect, page: page(() => import('./pages/Connect')) },
  things: {
    title: texts.pages.things,
    page: page(() => import('./pages/Things')),
    one: page(() => import('./pages/Thing')),
  },
  clients: { title: texts.pages.clients, page: page(() => import('./pages/Clients')) },
  mqtt: { title: texts.pages.mqtt, page: page(() => import('./pages/Mqtt')) },
  refusals: { title: texts.pages.refusals, page: page(() => import('./pages/Refusals')) },
  simulator: { title: texts.pages.simulator, page: page(() => import('./pages/Simulator')) },
  certificates: {
    title: texts.pages.certificates,
    page: page(() => import('./pages/Certificates')),
    one: page(() => import('./pages/Certificate')),
  },
  authorities: { title: texts.pages.authorities, page: page(() => import('./pages/Authorities')) },
  policies: {
    title: texts.pages.policies,
    page: page(() => import('./pages/Policies')),
    one: page(() => import('./pages/Policy')),
  },
  trust: { title: texts.pages.trust, page: page(() => import('./pages/Trust')) },
};

function link(page: keyof typeof PAGES & string): SideNavigationProps.Link {
  return { type: 'link', text: PAGES[page]?.title ?? page, href: page ? to([page]) : '#/' };
}

const NAVIGATION: SideNavigationProps.Item[] = [
  ...['', 'connect', 'things', 'clients', 'mqtt'].map(link),
  {
    type: 'section',
    text: texts.pages.security,
    items: ['refusals', 'simulator', 'policies', 'certificates', 'authorities'].map(link),
  },
  { type: 'divider' },
  link('trust'),
];

const WIDE = window.matchMedia('(min-width: 900px)');
const PING_MILLIS = 4000;
const RETRY_MILLIS = 2000;

/** What stays while pages change. */
export function Frame({ session, leave }: { session: Session; leave: () => void }) {
  const place = usePlace();
  const [navigationOpen, setNavigationOpen] = useState(WIDE.matches);
  const first = place.parts[0] ?? '';
  const shown = Object.hasOwn(PAGES, first) ? PAGES[first] : undefined;
  const Shown = place.parts.length > 1 ? (shown?.one ?? shown?.page) : shown?.page;
  const active = first ? to([first]) : '#/';

  useEffect(() => {
    const fit = () => setNavigationOpen(WIDE.matches);
    WIDE.addEventListener('change', fit);
    return () => WIDE.removeEventListener('change', fit);
  }, []);

  useEffect(() => {
    document.title = shown && first ? `${shown.title} · ${texts.name}` : texts.name;
    if (!WIDE.matches) setNavigationOpen(false);
  }, [first, shown]);

  return (
    <>
      <a className="skip" href="#main" onClick={skip}>
        {texts.skip}
      </a>
      <Top session={session} leave={leave} />
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationOpen={navigationOpen}
        onNavigationChange={event => setNavigationOpen(event.detail.open)}
        navigationWidth={240}
        ariaLabels={{
          navigation: texts.frame.navigation,
          navigationToggle: texts.frame.open,
          navigationClose: texts.frame.close,
          notifications: texts.frame.notifications,
        }}
        navigation={
          <>
            <SideNavigation activeHref={active} items={NAVIGATION} />
            <div className="legal">{texts.legal}</div>
          </>
        }
        notifications={<Connection />}
        content={
          <div id="main" tabIndex={-1}>
            <PageGuard key={place.parts.join('/')}>
              <Suspense fallback={<Spinner size="large" />}>
                {Shown ? <Shown place={place} /> : <Box variant="h1">{texts.frame.unknownPage}</Box>}
              </Suspense>
            </PageGuard>
          </div>
        }
      />
    </>
  );
}

function skip(event: { preventDefault(): void }) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Top({ session, leave }: { session: Session; leave: () => void }) {
  const current = useStore(mode);
  const modes: Mode[] = ['light', 'dark', 'system'];
  return (
    <div id="top">
      <TopNavigation
        identity={{ href: '#/', title: texts.name, logo: { src: mark, alt: '' } }}
        utilities={[
          {
            type: 'menu-dropdown',
            iconName: 'settings',
            ariaLabel: texts.frame.appearance,
            title: texts.frame.appearance,
            items: modes.map(id => ({ id, text: texts.frame[id], itemType: 'checkbox', checked: id === current })),
            onItemClick: event => setMode(event.detail.id as Mode),
          },
          {
            type: 'menu-dropdown',
            text: texts.frame.account(session.account),
            description: texts.frame.signedInAs(session.principal),
            iconName: 'user-profile',
            items: [
              { id: 'region', text: texts.frame.region(session.region), disabled: true },
              { id: 'out', text: texts.frame.signOut },
            ],
            onItemClick: event => {
              if (event.detail.id !== 'out') return;
              leave();
              forget();
              void signOut().catch(() => undefined);
              go('#/');
            },
          },
        ]}
      />
    </div>
  );
}

/** Says that the server is away, and finds out when it is back. */
function Connection() {
  const up = useStore(reachable);
  useEffect(() => {
    const look = () => {
      if (!up) void loadSession().catch(() => undefined);
      else if (!document.hidden) void ping();
    };
    const timer = setInterval(look, up ? PING_MILLIS : RETRY_MILLIS);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, [up]);
  return (
    <Flashbar
      items={
        up
          ? []
          : [
              {
                id: 'lost',
                type: 'warning',
                header: texts.errors.lost,
                content: texts.errors.lostHow,
                statusIconAriaLabel: texts.errors.warning,
              },
            ]
      }
    />
  );
}
