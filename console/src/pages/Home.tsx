import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { api } from '../api';
import { useAsk } from '../ask';
import { Ago, Failure } from '../parts';
import { texts } from '../texts';

const EVERY_MILLIS = 3000;
const CLIENTS_SHOWN = 25;

export default function Home() {
  const asked = useAsk(
    async signal => {
      const [clients, refusals, certificates] = await Promise.all([
        api.clients('', true, CLIENTS_SHOWN, signal),
        api.refusals(0, signal),
        api.certificates(signal),
      ]);
      return {
        clients: clients.clients,
        more: clients.next !== undefined,
        refused: refusals.refusals.length,
        pending: certificates.items.filter(each => each.status === 'PENDING_ACTIVATION').length,
      };
    },
    'home',
    EVERY_MILLIS,
  );
  const known = asked.data;
  return (
    <ContentLayout header={<Header variant="h1" description={texts.home.description}>{texts.home.title}</Header>}>
      <SpaceBetween size="l">
        <Failure error={asked.error} retry={asked.reload} />
        <Container>
          <ColumnLayout columns={3} variant="text-grid" minColumnWidth={150}>
            <Figure name={texts.home.connections}>{known && `${known.clients.length}${known.more ? '+' : ''}`}</Figure>
            <Figure name={texts.home.refused}>{known?.refused}</Figure>
            <Figure name={texts.home.pending}>{known?.pending}</Figure>
          </ColumnLayout>
        </Container>
        <Table
          variant="container"
          header={<Header variant="h2">{texts.home.clients}</Header>}
          items={known?.clients ?? []}
          loading={!known && asked.loading}
          loadingText={texts.common.loading}
          trackBy="clientId"
          empty={<Box textAlign="center">{texts.home.noClients}</Box>}
          columnDefinitions={[
            { id: 'id', header: texts.home.client, cell: each => each.clientId, isRowHeader: true },
            { id: 'from', header: texts.home.from, cell: each => each.sourceIp ?? '–' },
            { id: 'since', header: texts.home.since, cell: each => <Ago millis={each.connectedSince} /> },
          ]}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Box variant="awsui-key-label">{name}</Box>
      <div className="figure">{children ?? '–'}</div>
    </div>
  );
}
