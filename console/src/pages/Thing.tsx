import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useEffect, useState } from 'react';
import { api, type Client } from '../api';
import { useAsk } from '../ask';
import { listen } from '../live';
import { Ago, Failure, Id } from '../parts';
import { go, type Place, to } from '../router';
import { texts } from '../texts';
import { Attributes } from '../thing/Attributes';
import { DeleteThing } from '../thing/Delete';
import { Rights } from '../thing/Rights';
import { ShadowTab } from './Shadow';

const EVERY_MILLIS = 5000;

export default function Thing({ place }: { place: Place }) {
  const name = place.parts[1] ?? '';
  const tab = place.query.get('tab') ?? 'overview';
  const asked = useAsk(signal => api.thing(name, signal), name);
  const [deleting, setDeleting] = useState(false);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button href={to(['mqtt'], { subscribe: `devices/${name}/#` })}>{texts.things.listen}</Button>
              <Button onClick={() => setDeleting(true)}>{texts.common.remove}</Button>
            </SpaceBetween>
          }
          description={asked.data?.thingTypeName}
        >
          <span className="wrap">{name}</span>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Failure error={asked.error} retry={asked.reload} />
        {asked.data && (
          <Tabs
            activeTabId={tab}
            onChange={event => go(to(['things', name], { tab: event.detail.activeTabId }))}
            tabs={[
              {
                id: 'overview',
                label: texts.things.overview,
                content: <Overview thing={asked.data} changed={asked.reload} />,
              },
              { id: 'shadow', label: texts.things.shadow, content: <ShadowTab thing={name} /> },
            ]}
          />
        )}
      </SpaceBetween>
      {deleting && <DeleteThing thing={name} close={() => setDeleting(false)} />}
    </ContentLayout>
  );
}

type Described = Awaited<ReturnType<typeof api.thing>>;

function Overview({ thing, changed }: { thing: Described; changed: () => void }) {
  return (
    <SpaceBetween size="l">
      <Connectivity thing={thing.thingName} />
      <Rights thing={thing.thingName} arn={thing.thingArn ?? ''} />
      <Attributes thing={thing} changed={changed} />
      <Container>
        <KeyValuePairs
          columns={2}
          items={[
            { label: texts.things.arn, value: thing.thingArn ? <Id text={thing.thingArn} /> : '–' },
            { label: texts.things.version, value: String(thing.version) },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
}

function Connectivity({ thing }: { thing: string }) {
  const asked = useAsk(
    async signal => (await api.clients(thing, false, 10, signal)).clients.find(each => each.clientId === thing) ?? null,
    thing,
    EVERY_MILLIS,
  );
  const { reload } = asked;
  useEffect(() => listen(`$aws/events/presence/+/${thing}`, reload), [thing, reload]);
  return (
    <Container header={<Header variant="h2">{texts.things.connectivity}</Header>}>
      <SpaceBetween size="m">
        <Failure error={asked.error} retry={asked.reload} />
        <Connection client={asked.data ?? undefined} />
      </SpaceBetween>
    </Container>
  );
}

function Connection({ client }: { client: Client | undefined }) {
  if (!client) return <StatusIndicator type="stopped">{texts.things.never}</StatusIndicator>;
  const session =
    client.sessionExpiry === undefined && client.cleanSession
      ? texts.things.noSession
      : texts.things.sessionHow(client.subscriptions ?? 0, client.queued ?? 0);
  return (
    <KeyValuePairs
      columns={4}
      items={[
        {
          label: texts.things.status,
          value: client.connected ? (
            <StatusIndicator type="success">{texts.things.connected}</StatusIndicator>
          ) : (
            <StatusIndicator type="stopped">{texts.things.disconnected}</StatusIndicator>
          ),
        },
        {
          label: texts.things.since,
          value: <Ago millis={client.connected ? client.connectedSince : client.disconnectedSince} />,
        },
        client.connected
          ? { label: texts.things.from, value: `${client.sourceIp ?? ''}:${client.sourcePort ?? ''}` }
          : { label: texts.things.reason, value: texts.clients.reason(client.disconnectReason) },
        { label: texts.things.session, value: session },
      ]}
    />
  );
}
