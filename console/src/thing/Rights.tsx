import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { api, certificateIdOf } from '../api';
import { applying, groupSources, type Lineage, type Source } from '../applying';
import { useAsk } from '../ask';
import { Failure } from '../parts';
import { to } from '../router';
import { CertificateStatus } from '../status';
import { texts } from '../texts';

const t = texts.things;

async function lineage(group: string, signal: AbortSignal): Promise<Lineage> {
  const { thingGroupMetadata } = await api.group(group, signal);
  return { group, above: (thingGroupMetadata?.rootToParentThingGroups ?? []).map(each => each.groupName) };
}

/** The certificates and groups of a thing, and the policies that apply through them. */
async function rights(thing: string, arnOfGroup: (name: string) => string, signal: AbortSignal) {
  const [{ principals }, listed] = await Promise.all([
    api.principalsOf(thing, signal),
    api.groupsOf(thing, signal),
  ]);
  const groups = groupSources(await Promise.all(listed.items.map(each => lineage(each.groupName, signal))));
  const certificates = await Promise.all(
    principals.map(async arn => {
      const id = certificateIdOf(arn);
      const [known, attached, effective] = await Promise.all([
        api.certificate(id, signal).catch(() => undefined),
        api.attachedPolicies(arn, signal),
        api.effectivePolicies(thing, arn, signal),
      ]);
      return {
        id,
        status: known?.certificateDescription.status ?? '?',
        attached: attached.policies.map(each => ({
          policy: each.policyName,
          source: { kind: 'certificate', id } satisfies Source,
        })),
        effective: effective.effectivePolicies.map(each => each.policyName),
      };
    }),
  );
  const ofGroups = await Promise.all(
    groups.map(async group => {
      const { policies } = await api.attachedPolicies(arnOfGroup(group.name), signal);
      return policies.map(each => ({ policy: each.policyName, source: { kind: 'group', ...group } satisfies Source }));
    }),
  );
  return {
    certificates,
    groups,
    policies: applying(
      certificates.flatMap(each => each.effective),
      [...certificates.flatMap(each => each.attached), ...ofGroups.flat()],
    ),
  };
}

export function Rights({ thing, arn }: { thing: string; arn: string }) {
  const arnOfGroup = (name: string) => `${arn.slice(0, arn.lastIndexOf(':'))}:thinggroup/${name}`;
  const asked = useAsk(signal => rights(thing, arnOfGroup, signal), thing);
  const known = asked.data;
  const loading = !known && asked.loading;
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Table
        header={<Header variant="h2">{t.certificates}</Header>}
        items={known?.certificates ?? []}
        loading={loading}
        loadingText={texts.common.loading}
        trackBy="id"
        empty={<Box textAlign="center">{t.noCertificates}</Box>}
        columnDefinitions={[
          {
            id: 'id',
            header: t.certificates,
            isRowHeader: true,
            cell: each => <Link href={to(['certificates', each.id])}>{each.id.slice(0, 16)}…</Link>,
          },
          { id: 'status', header: t.status, cell: each => <CertificateStatus status={each.status} /> },
        ]}
      />
      <Table
        header={<Header variant="h2">{t.policies}</Header>}
        items={known?.policies ?? []}
        loading={loading}
        loadingText={texts.common.loading}
        trackBy="policy"
        wrapLines
        empty={<Box textAlign="center">{t.noPolicies}</Box>}
        columnDefinitions={[
          {
            id: 'name',
            header: t.policies,
            isRowHeader: true,
            cell: each => <Link href={to(['policies', each.policy])}>{each.policy}</Link>,
          },
          {
            id: 'via',
            header: t.viaCertificate,
            cell: each => (
              <SpaceBetween size="xxs">
                {each.sources.map(source => (
                  <Through key={source.kind === 'group' ? source.name : source.id} source={source} />
                ))}
                {!each.effective && <StatusIndicator type="stopped">{t.appliesNo}</StatusIndicator>}
              </SpaceBetween>
            ),
          },
        ]}
      />
      {known && (
        <Container>
          <KeyValuePairs
            items={[
              {
                label: t.groups,
                value:
                  known.groups
                    .map(each => (each.through ? t.groupThrough(each.name, each.through) : each.name))
                    .join(', ') || t.noGroups,
              },
            ]}
          />
        </Container>
      )}
    </SpaceBetween>
  );
}

function Through({ source }: { source: Source }) {
  return source.kind === 'certificate' ? (
    <Link href={to(['certificates', source.id])}>{t.ofCertificate(`${source.id.slice(0, 12)}…`)}</Link>
  ) : (
    <span className="wrap">
      {source.through ? t.ofGroupAbove(source.name, source.through) : t.ofGroup(source.name)}
    </span>
  );
}
