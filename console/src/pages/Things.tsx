import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { api } from '../api';
import { useTyped } from '../ask';
import { usePaged } from '../paged';
import { Pages } from '../Pages';
import { Failure } from '../parts';
import { to } from '../router';
import { texts } from '../texts';
import { thingFilter } from '../thingFilter';

const PAGE = 50;

export default function Things() {
  const [typed, setTyped] = useState('');
  const search = useTyped(typed.trim());
  const listed = usePaged((token, signal) => api.someThings({ ...thingFilter(search), limit: PAGE }, token, signal), search);
  return (
    <SpaceBetween size="l">
      <Failure error={listed.error} retry={listed.reload} />
      <Table
        variant="full-page"
        stickyHeader
        header={
          <Header
            variant="awsui-h1-sticky"
            description={texts.things.description}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <Button iconName="refresh" ariaLabel={texts.common.refresh} onClick={listed.reload} />
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
            countText={
              search && listed.data && listed.pages === 1 && !listed.open ? texts.common.matches(listed.items.length) : ''
            }
            onChange={event => setTyped(event.detail.filteringText)}
          />
        }
        pagination={<Pages of={listed} />}
        items={listed.items}
        loading={!listed.data && listed.loading}
        loadingText={texts.common.loading}
        trackBy="thingName"
        empty={
          <Box textAlign="center">
            {listed.open ? texts.things.noneHere : search ? texts.things.noMatch : texts.things.none}
          </Box>
        }
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
