import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { api, type Certificate } from '../api';
import { useAct, useAsk } from '../ask';
import { Ago, Failure } from '../parts';
import { go, type Place, to } from '../router';
import { CertificateStatus } from '../status';
import { texts } from '../texts';

const t = texts.certificates;
const PAGE = 50;

export default function Certificates({ place }: { place: Place }) {
  const waiting = place.query.get('show') === 'waiting';
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  const asked = useAsk(signal => api.certificates(signal), 'certificates', waiting ? 5000 : 0);
  const act = useAct();
  const known = asked.data?.items ?? [];
  const pending = known.filter(each => each.status === 'PENDING_ACTIVATION');
  const found = (waiting ? pending : known).filter(each => each.certificateId.includes(search.toLowerCase()));
  const set = (certificate: Certificate, status: 'ACTIVE' | 'INACTIVE' | 'REVOKED') =>
    act.run(async () => {
      await api.setCertificate(certificate.certificateId, status);
      asked.reload();
    });
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error ?? act.error} retry={asked.reload} />
      <Table
        variant="full-page"
        stickyHeader
        header={
          <Header
            variant="awsui-h1-sticky"
            description={waiting ? t.inboxHow : t.description}
            counter={`(${found.length})`}
            actions={<Button iconName="refresh" ariaLabel={texts.common.refresh} onClick={asked.reload} />}
          >
            {t.title}
          </Header>
        }
        filter={
          <SpaceBetween size="s" direction="horizontal">
            <SegmentedControl
              label={t.status}
              selectedId={waiting ? 'waiting' : 'all'}
              options={[
                { id: 'all', text: t.all },
                { id: 'waiting', text: t.inbox(pending.length) },
              ]}
              onChange={event => go(to(['certificates'], event.detail.selectedId === 'all' ? {} : { show: 'waiting' }))}
            />
            <TextFilter
              filteringText={search}
              filteringPlaceholder={t.find}
              filteringAriaLabel={t.find}
              onChange={event => setSearch(event.detail.filteringText)}
            />
          </SpaceBetween>
        }
        pagination={
          found.length > PAGE && (
            <Pagination
              currentPageIndex={page}
              pagesCount={Math.ceil(found.length / PAGE)}
              onChange={event => setPage(event.detail.currentPageIndex)}
            />
          )
        }
        items={found.slice((page - 1) * PAGE, page * PAGE)}
        loading={!asked.data && asked.loading}
        loadingText={texts.common.loading}
        trackBy="certificateId"
        empty={<Box textAlign="center">{waiting ? t.noneWaiting : t.none}</Box>}
        columnDefinitions={[
          {
            id: 'id',
            header: t.id,
            isRowHeader: true,
            cell: each => (
              <Link href={to(['certificates', each.certificateId])}>
                <span className="mono">{each.certificateId.slice(0, 24)}…</span>
              </Link>
            ),
          },
          { id: 'status', header: t.status, cell: each => <CertificateStatus status={each.status} /> },
          {
            id: 'made',
            header: t.made,
            cell: each => <Ago millis={each.creationDate && each.creationDate * 1000} />,
          },
          {
            id: 'act',
            header: '',
            cell: each =>
              each.status === 'ACTIVE' ? (
                <Button onClick={() => set(each, 'INACTIVE')}>{t.deactivate}</Button>
              ) : (
                each.status !== 'REVOKED' && <Button onClick={() => set(each, 'ACTIVE')}>{t.activate}</Button>
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
