import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { session } from '../http';
import { policyOf } from '../kit';
import { Failure } from '../parts';
import { DocumentEditor } from '../PolicyEditor';
import { go, to } from '../router';
import { texts } from '../texts';

const t = texts.policies;
const NAME = /^[\w+=,.@-]{1,128}$/;

export default function Policies() {
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState(false);
  const asked = useAsk(signal => api.policies(signal), 'policies');
  const found = (asked.data?.items ?? []).filter(each => each.policyName.toLowerCase().includes(search.toLowerCase()));
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      {creating && <Create close={() => setCreating(false)} />}
      <Table
        variant="full-page"
        header={
          <Header
            variant="awsui-h1-sticky"
            description={t.description}
            counter={asked.data && `(${found.length})`}
            actions={
              <Button variant="primary" disabled={creating} onClick={() => setCreating(true)}>
                {t.create}
              </Button>
            }
          >
            {t.title}
          </Header>
        }
        filter={
          <TextFilter
            filteringText={search}
            filteringPlaceholder={t.find}
            filteringAriaLabel={t.find}
            onChange={event => setSearch(event.detail.filteringText)}
          />
        }
        items={found}
        loading={!asked.data && asked.loading}
        loadingText={texts.common.loading}
        trackBy="policyName"
        empty={<Box textAlign="center">{t.none}</Box>}
        columnDefinitions={[
          {
            id: 'name',
            header: t.name,
            isRowHeader: true,
            cell: each => <Link href={to(['policies', each.policyName])}>{each.policyName}</Link>,
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Create({ close }: { close: () => void }) {
  const known = session.get();
  const [name, setName] = useState('');
  const [document, setDocument] = useState(policyOf(known?.account ?? '', known?.region ?? ''));
  const [valid, setValid] = useState(true);
  const act = useAct();
  const bad = name !== '' && !NAME.test(name);
  return (
    <Container header={<Header variant="h2">{t.create}</Header>}>
      <SpaceBetween size="m">
        <FormField label={t.name} errorText={bad && t.nameBad}>
          <Input value={name} spellcheck={false} autoFocus onChange={event => setName(event.detail.value)} />
        </FormField>
        <DocumentEditor document={document} setDocument={setDocument} setValid={setValid} />
        <Failure error={act.error} />
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            variant="primary"
            loading={act.busy}
            disabled={!name || bad || !valid}
            onClick={() =>
              act.run(async () => {
                await api.createPolicy(name, document);
                go(to(['policies', name]));
              })
            }
          >
            {texts.common.create}
          </Button>
          <Button variant="link" onClick={close}>
            {texts.common.cancel}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}
