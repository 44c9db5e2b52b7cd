import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { Confirm } from '../Confirm';
import { Ago, Code, Failure, Id } from '../parts';
import { go, type Place, to } from '../router';
import { CertificateStatus } from '../status';
import { texts } from '../texts';

const t = texts.certificates;

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

export default function Certificate({ place }: { place: Place }) {
  const id = place.parts[1] ?? '';
  const [deleting, setDeleting] = useState(false);
  const act = useAct();
  const asked = useAsk(async signal => {
    const { certificateDescription: described } = await api.certificate(id, signal);
    const [attached, tied, all] = await Promise.all([
      api.attachedPolicies(described.certificateArn, signal),
      api.thingsOf(described.certificateArn, signal),
      api.policies(signal),
    ]);
    return { described, policies: attached.policies, things: tied.things, all: all.items };
  }, id);
  const known = asked.data;
  const then = (action: () => Promise<unknown>) =>
    act.run(async () => {
      await action();
      asked.reload();
    });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            known && (
              <SpaceBetween size="xs" direction="horizontal">
                {known.described.status !== 'ACTIVE' && known.described.status !== 'REVOKED' && (
                  <Button variant="primary" onClick={() => then(() => api.setCertificate(id, 'ACTIVE'))}>
                    {t.activate}
                  </Button>
                )}
                {known.described.status === 'ACTIVE' && (
                  <>
                    <Button onClick={() => then(() => api.setCertificate(id, 'INACTIVE'))}>{t.deactivate}</Button>
                    <Button onClick={() => then(() => api.setCertificate(id, 'REVOKED'))}>{t.revoke}</Button>
                  </>
                )}
                <Button onClick={() => setDeleting(true)}>{t.remove}</Button>
              </SpaceBetween>
            )
          }
        >
          <span className="wrap">{`${id.slice(0, 24)}…`}</span>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Failure error={asked.error ?? act.error} retry={asked.reload} />
        {known && (
          <>
            <Container>
              <KeyValuePairs
                columns={2}
                items={[
                  { label: t.status, value: <CertificateStatus status={known.described.status} /> },
                  {
                    label: t.made,
                    value: <Ago millis={known.described.creationDate && known.described.creationDate * 1000} />,
                  },
                  {
                    label: t.valid,
                    value: known.described.validity
                      ? t.until(day(known.described.validity.notBefore), day(known.described.validity.notAfter))
                      : '–',
                  },
                  { label: t.mode, value: known.described.certificateMode ?? '–' },
                  { label: t.arn, value: <Id text={known.described.certificateArn} /> },
                  ...(known.described.caCertificateId
                    ? [{ label: t.authority, value: <Id text={known.described.caCertificateId} /> }]
                    : []),
                ]}
              />
            </Container>
            <Table
              header={
                <Header
                  variant="h2"
                  actions={
                    <ButtonDropdown
                      items={known.all
                        .filter(each => !known.policies.some(policy => policy.policyName === each.policyName))
                        .map(each => ({ id: each.policyName, text: each.policyName }))}
                      onItemClick={event =>
                        then(() => api.attachPolicy(event.detail.id, known.described.certificateArn))
                      }
                    >
                      {t.attachPolicy}
                    </ButtonDropdown>
                  }
                >
                  {t.policies}
                </Header>
              }
              items={known.policies}
              trackBy="policyName"
              empty={<Box textAlign="center">{t.noPolicies}</Box>}
              columnDefinitions={[
                {
                  id: 'name',
                  header: t.policies,
                  isRowHeader: true,
                  cell: each => <Link href={to(['policies', each.policyName])}>{each.policyName}</Link>,
                },
                {
                  id: 'detach',
                  header: '',
                  cell: each => (
                    <Button
                      onClick={() => then(() => api.detachPolicy(each.policyName, known.described.certificateArn))}
                    >
                      {t.detach}
                    </Button>
                  ),
                },
              ]}
            />
            <Table
              header={<Header variant="h2">{t.things}</Header>}
              items={known.things}
              empty={<Box textAlign="center">{t.noThings}</Box>}
              columnDefinitions={[
                {
                  id: 'name',
                  header: t.things,
                  isRowHeader: true,
                  cell: each => <Link href={to(['things', each])}>{each}</Link>,
                },
              ]}
            />
            <Container header={<Header variant="h2">{t.pem}</Header>}>
              <Code>{known.described.certificatePem}</Code>
            </Container>
          </>
        )}
      </SpaceBetween>
      {deleting && (
        <Confirm
          title={`${t.remove}: ${id.slice(0, 24)}…`}
          close={() => setDeleting(false)}
          action={async () => {
            if (known?.described.status === 'ACTIVE') await api.setCertificate(id, 'INACTIVE');
            for (const thing of known?.things ?? []) await api.detachThing(thing, known?.described.certificateArn ?? '');
            await api.deleteCertificate(id);
            go(to(['certificates']));
          }}
        >
          {t.removeHow}
        </Confirm>
      )}
    </ContentLayout>
  );
}
