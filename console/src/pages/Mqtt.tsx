import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { Connected } from '../mqtt/Connected';
import { ask, begin, draft, failure, line, look, snapshot, tell, wantedDraft } from '../mqtt/client';
import { Messages } from '../mqtt/Messages';
import { PublishForm } from '../mqtt/PublishForm';
import type { View } from '../mqtt/protocol';
import { Shelves } from '../mqtt/Shelves';
import { Subscribe, Subscriptions } from '../mqtt/Subscriptions';
import { Topics } from '../mqtt/Topics';
import { count, rate, size } from '../mqtt/words';
import { CallError } from '../http';
import { Failure } from '../parts';
import type { Place } from '../router';
import { useStore } from '../store';
import { texts } from '../texts';
import { save } from '../zip';
import '../mqtt/mqtt.css';

const t = texts.mqtt;
const DROPPED_MILLIS = 3000;

export default function Mqtt({ place }: { place: Place }) {
  const failed = useStore(failure);
  const [tab, setTab] = useState<'subscribe' | 'publish'>('subscribe');
  useEffect(begin, []);
  // A link fills the forms in; sending is left to the person.
  useEffect(() => {
    const filter = place.query.get('subscribe');
    const topic = place.query.get('publish');
    if (filter) wantedDraft.set({ ...wantedDraft.get(), filter });
    if (topic) draft.set({ ...draft.get(), topic });
    if (filter || topic) setTab(topic ? 'publish' : 'subscribe');
  }, [place]);
  // What is taken up from a message or from the history is to be seen.
  useEffect(() => draft.subscribe(() => setTab('publish')), []);
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      <SpaceBetween size="l">
        <Connected />
        <Failure error={failed} />
        <div className="mqtt-columns">
          <SpaceBetween size="l">
            <Container>
              <Tabs
                activeTabId={tab}
                onChange={event => setTab(event.detail.activeTabId as typeof tab)}
                tabs={[
                  { id: 'subscribe', label: t.subscribe, content: <Subscribe /> },
                  {
                    id: 'publish',
                    label: t.publish,
                    content: <PublishForm />,
                  },
                ]}
              />
            </Container>
            <Container header={<Header variant="h2">{t.subscriptions}</Header>}>
              <Subscriptions />
            </Container>
            {tab === 'publish' && (
              <Container>
                <Shelves />
              </Container>
            )}
          </SpaceBetween>
          <Seen />
        </div>
      </SpaceBetween>
    </ContentLayout>
  );
}

/** What came: messages or their topics. */
function Seen() {
  const [tab, setTab] = useState('messages');
  const view = useRef<View>({ anchor: undefined, from: 0, count: 40, tree: undefined });
  const change = useCallback((part: Partial<View>) => {
    view.current = { ...view.current, ...part };
    look(view.current);
  }, []);
  useEffect(() => {
    // What the other tab needs is not worked out.
    change(tab === 'messages' ? { tree: undefined } : { count: 0 });
  }, [tab, change]);
  return (
    <Container>
      <SpaceBetween size="s">
        <Tools />
        <Tabs
          activeTabId={tab}
          onChange={event => setTab(event.detail.activeTabId)}
          tabs={[
            { id: 'messages', label: t.messages, content: tab === 'messages' && <Messages look={change} /> },
            {
              id: 'topics',
              label: t.topics,
              content: tab === 'topics' && <Topics look={change} choose={() => setTab('messages')} />,
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function Tools() {
  const { counts, list, paused } = useStore(snapshot);
  const exporting = useAct();
  return (
    <>
      <div className="mqtt-tools">
        <Button iconName={paused ? 'play' : 'pause'} onClick={() => tell('pause', !paused)}>
          {paused ? t.goOn : t.pause}
        </Button>
        <Button onClick={() => tell('clear', undefined as never)}>{t.clear}</Button>
        <ButtonDropdown
          loading={exporting.busy}
          items={[
            { id: 'jsonl', text: t.exportLines, secondaryText: t.exportHow },
            { id: 'csv', text: t.exportCsv, secondaryText: t.exportHow },
          ]}
          onItemClick={event => {
            const format = event.detail.id as 'jsonl' | 'csv';
            exporting.run(async () => save(`messages.${format}`, await ask('export', format)));
          }}
        >
          {t.export}
        </ButtonDropdown>
        <span className="mqtt-figures">
          {`${t.came(count(counts.total), size(counts.bytes))} · ${rate(counts.perSecond)} · ${t.listed(count(list.length))}`}
        </span>
      </div>
      <Failure error={exporting.error} />
      <Dropped />
    </>
  );
}

/** Messages that the server could not send to this page: it asks the server, who alone knows. */
function Dropped() {
  const { clientId, state, connections } = useStore(line);
  // Who may not ask is not refused again and again.
  const forbidden = useRef(false);
  const known = useRef({ total: -1, dropped: 0 });
  const asked = useAsk(
    async signal => {
      const { total } = snapshot.get().counts;
      if (state !== 'connected' || forbidden.current) return 0;
      if (total === known.current.total) return known.current.dropped;
      const { clients } = await api.clients(clientId, true, 1, signal).catch((error: unknown) => {
        forbidden.current = error instanceof CallError && error.status === 403;
        throw error;
      });
      const [self] = clients;
      known.current = { total, dropped: self?.clientId === clientId ? (self.dropped ?? 0) : 0 };
      return known.current.dropped;
    },
    `${clientId} ${connections} ${state}`,
    DROPPED_MILLIS,
  );
  return asked.data ? <Box color="text-status-warning">{t.dropped(count(asked.data))}</Box> : null;
}
