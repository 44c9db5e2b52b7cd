import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { api } from '../api';
import { useTyped } from '../ask';
import { whole } from '../figures';
import { useNarrow } from '../narrow';
import { usePaged } from '../paged';
import { Pages } from '../Pages';
import { Ago, Failure } from '../parts';
import { to } from '../router';
import { texts } from '../texts';

const t = texts.clients;
const PAGE = 50;
const EVERY_MILLIS = 5000;

/** MQTT clients that are connected, or that the server still knows. */
export default function Clients() {
  const [typed, setTyped] = useState('');
  const [connected, setConnected] = useState(true);
  const narrow = useNarrow();
  const prefix = useTyped(typed.trim());
  const listed = usePaged(
    async (after, signal) => {
      const { clients, next } = await api.clients(prefix, connected, PAGE, signal, after);
      return { items: clients, next };
    },
    `${connected} ${prefix}`,
    EVERY_MILLIS,
  );
  return (
    <SpaceBetween size="l">
      <Failure error={listed.error} retry={listed.reload} />
      <Table
        variant="full-page"
        stickyHeader
        header={
          <Header
            variant="awsui-h1-sticky"
            description={t.description}
            actions={<Button iconName="refresh" ariaLabel={texts.common.refresh} onClick={listed.reload} />}
          >
            {t.title}
          </Header>
        }
        filter={
          <SpaceBetween size="s" direction="horizontal">
            <SegmentedControl
              label={texts.things.status}
              selectedId={connected ? 'connected' : 'all'}
              options={[
                { id: 'connected', text: t.connected },
                { id: 'all', text: t.all },
              ]}
              onChange={event => setConnected(event.detail.selectedId === 'connected')}
            />
            <TextFilter
              filteringText={typed}
              filteringPlaceholder={t.find}
              filteringAriaLabel={t.find}
              onChange={event => setTyped(event.detail.filteringText)}
            />
          </SpaceBetween>
        }
        pagination={<Pages of={listed} />}
        items={listed.items}
        loading={!listed.data && listed.loading}
        loadingText={texts.common.loading}
        trackBy="clientId"
        wrapLines
        empty={<Box textAlign="center">{t.none}</Box>}
        visibleColumns={narrow ? ['id', 'state', 'since'] : ['id', 'state', 'since', 'from', 'subscriptions', 'queued']}
        columnDefinitions={[
          {
            id: 'id',
            header: t.client,
            isRowHeader: true,
            cell: each =>
              each.thingName ? (
                <Link href={to(['things', each.thingName])}>
                  <span className="wrap">{each.clientId}</span>
                </Link>
              ) : (
                <span className="wrap">{each.clientId}</span>
              ),
          },
          {
            id: 'state',
            header: texts.things.status,
            cell: each =>
              each.connected ? (
                <StatusIndicator type="success">{texts.things.connected}</StatusIndicator>
              ) : (
                <StatusIndicator type="stopped">{each.disconnectReason ? t.reason(each.disconnectReason) : texts.things.disconnected}</StatusIndicator>
              ),
          },
          {
            id: 'since',
            header: t.since,
            cell: each => <Ago millis={each.connected ? each.connectedSince : each.disconnectedSince} />,
          },
          { id: 'from', header: t.from, cell: each => each.sourceIp ?? '–' },
          { id: 'subscriptions', header: t.subscriptions, cell: each => whole(each.subscriptions ?? 0) },
          { id: 'queued', header: t.queued, cell: each => whole(each.queued ?? 0) },
        ]}
      />
    </SpaceBetween>
  );
}
