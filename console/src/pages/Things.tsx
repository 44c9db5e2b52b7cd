import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useState } from 'react';
import { api } from '../api';
import { useAsk } from '../ask';
import { Failure } from '../parts';
import { to } from '../router';
import { texts } from '../texts';

const PAGE = 50;
const TYPING_MILLIS = 300;

/** `colour=red` asks the server for an attribute; anything else is a part of the name. */
function query(text: string): { attributeName?: string; attributeValue?: string; part: string } {
  const found = /^([\w.,@/:#-]+)=(.+)$/.exec(text.trim());
  return found ? { attributeName: found[1] ?? '', attributeValue: found[2] ?? '', part: '' } : { part: text.trim() };
}

export default function Things() {
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(typed);
      setPage(1);
    }, TYPING_MILLIS);
    return () => clearTimeout(timer);
  }, [typed]);

  const { part, ...filter } = query(search);
  const asked = useAsk(signal => api.things(filter, signal), JSON.stringify(filter));
  const known = asked.data?.items ?? [];
  const found = known.filter(each => each.thingName.toLowerCase().includes(part.toLowerCase()));
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Table
        variant="full-page"
        stickyHeader
        header={
          <Header
            variant="awsui-h1-sticky"
            description={asked.data?.more ? texts.things.more(known.length) : texts.things.description}
            counter={asked.data && `(${found.length})`}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button iconName="refresh" ariaLabel={texts.common.refresh} onClick={asked.reload} />
                <Button variant="primary" href={to(['connect'])}>
                  {texts.things.connect}
                </Button>
              </SpaceBetween>
            }
          >
            {texts.things.title}
          </Header>
        }
        filter={
          <TextFilter
            filteringText={typed}
            filteringPlaceholder={texts.things.find}
            filteringAriaLabel={texts.things.find}
            countText={search ? texts.common.matches(found.length) : ''}
            onChange={event => setTyped(event.detail.filteringText)}
          />
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
        trackBy="thingName"
        empty={<Box textAlign="center">{search ? texts.things.noMatch : texts.things.none}</Box>}
        columnDefinitions={[
          {
            id: 'name',
            header: texts.things.name,
            isRowHeader: true,
            cell: each => <Link href={to(['things', each.thingName])}>{each.thingName}</Link>,
          },
          { id: 'type', header: texts.things.type, cell: each => each.thingTypeName ?? '–' },
          {
            id: 'attributes',
            header: texts.things.attributes,
            cell: each =>
              Object.entries(each.attributes ?? {})
                .map(([name, value]) => `${name}=${value}`)
                .join(', ') || '–',
          },
        ]}
      />
    </SpaceBetween>
  );
}
