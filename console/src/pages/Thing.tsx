import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import Tabs from '@cloudscape-design/components/tabs';
import Textarea from '@cloudscape-design/components/textarea';
import { useEffect, useState } from 'react';
import { api, certificateIdOf, type Client } from '../api';
import { useAct, useAsk } from '../ask';
import { Confirm } from '../Confirm';
import { objectError } from '../json';
import { listen } from '../live';
import { Ago, Failure, Id } from '../parts';
import { go, type Place, to } from '../router';
import { CertificateStatus } from '../status';
import { texts } from '../texts';
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
      {deleting && (
        <Confirm
          title={texts.things.deleteTitle(name)}
          close={() => setDeleting(false)}
          action={() => removeThing(name)}
        >
          {texts.things.deleteHow}
        </Confirm>
      )}
    </ContentLayout>
  );
}

/** A certificate that is attached would keep the thing from being deleted. */
async function removeThing(name: string): Promise<void> {
  const { principals } = await api.principalsOf(name);
  for (const principal of principals) await api.detachThing(name, principal);
  await api.deleteThing(name);
  go(to(['things']));
}

type Described = Awaited<ReturnType<typeof api.thing>>;

function Overview({ thing, changed }: { thing: Described; changed: () => void }) {
  return (
    <SpaceBetween size="l">
      <Connectivity thing={thing.thingName} />
      <Proofs thing={thing.thingName} />
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
          : { label: texts.things.reason, value: client.disconnectReason ?? '–' },
        { label: texts.things.session, value: session },
      ]}
    />
  );
}

/** The certificates of a thing, and the policies that come with them. */
function Proofs({ thing }: { thing: string }) {
  const asked = useAsk(async signal => {
    const { principals } = await api.principalsOf(thing, signal);
    return Promise.all(
      principals.map(async arn => {
        const id = certificateIdOf(arn);
        const [certificate, attached] = await Promise.all([
          api.certificate(id, signal).catch(() => undefined),
          api.attachedPolicies(arn, signal),
        ]);
        return { arn, id, status: certificate?.certificateDescription.status ?? '?', policies: attached.policies };
      }),
    );
  }, thing);
  const certificates = asked.data ?? [];
  const policies = certificates.flatMap(each => each.policies.map(policy => ({ ...policy, via: each.id })));
  const loading = !asked.data && asked.loading;
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Table
        header={<Header variant="h2">{texts.things.certificates}</Header>}
        items={certificates}
        loading={loading}
        loadingText={texts.common.loading}
        trackBy="id"
        empty={<Box textAlign="center">{texts.things.noCertificates}</Box>}
        columnDefinitions={[
          {
            id: 'id',
            header: texts.things.certificates,
            isRowHeader: true,
            cell: each => <Link href={to(['certificates', each.id])}>{each.id.slice(0, 16)}…</Link>,
          },
          { id: 'status', header: texts.things.status, cell: each => <CertificateStatus status={each.status} /> },
        ]}
      />
      <Table
        header={<Header variant="h2">{texts.things.policies}</Header>}
        items={policies}
        loading={loading}
        loadingText={texts.common.loading}
        empty={<Box textAlign="center">{texts.things.noPolicies}</Box>}
        columnDefinitions={[
          {
            id: 'name',
            header: texts.things.policies,
            isRowHeader: true,
            cell: each => <Link href={to(['policies', each.policyName])}>{each.policyName}</Link>,
          },
          { id: 'via', header: texts.things.viaCertificate, cell: each => `${each.via.slice(0, 16)}…` },
        ]}
      />
    </SpaceBetween>
  );
}

function Attributes({ thing, changed }: { thing: Described; changed: () => void }) {
  const now = JSON.stringify(thing.attributes ?? {}, null, 2);
  const [edited, setEdited] = useState<string | undefined>();
  const act = useAct();
  const invalid = edited === undefined ? undefined : objectError(edited);
  const save = async () => {
    await api.updateThing(thing.thingName, JSON.parse(edited ?? '{}') as Record<string, string>, thing.version);
    setEdited(undefined);
    changed();
  };
  const entries = Object.entries(thing.attributes ?? {});
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            edited === undefined ? (
              <Button onClick={() => setEdited(now)}>{texts.things.edit}</Button>
            ) : (
              <SpaceBetween size="xs" direction="horizontal">
                <Button onClick={() => setEdited(undefined)}>{texts.common.cancel}</Button>
                <Button
                  variant="primary"
                  loading={act.busy}
                  disabled={invalid !== undefined}
                  onClick={() => act.run(save)}
                >
                  {texts.common.save}
                </Button>
              </SpaceBetween>
            )
          }
        >
          {texts.things.attributesTitle}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <Failure error={act.error} />
        {edited !== undefined ? (
          <FormField description={texts.things.attributesHow} errorText={invalid && texts.shadow.invalid(invalid)} stretch>
            <div className="mono-input">
              <Textarea
                value={edited}
                rows={6}
                spellcheck={false}
                ariaLabel={texts.things.attributesTitle}
                onChange={event => setEdited(event.detail.value)}
              />
            </div>
          </FormField>
        ) : entries.length === 0 ? (
          texts.common.none
        ) : (
          <KeyValuePairs columns={3} items={entries.map(([label, value]) => ({ label, value }))} />
        )}
      </SpaceBetween>
    </Container>
  );
}
