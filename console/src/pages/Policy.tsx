import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useCallback, useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { Confirm } from '../Confirm';
import { Ago, Failure } from '../parts';
import { DocumentEditor } from '../PolicyEditor';
import { go, type Place, to } from '../router';
import { texts } from '../texts';

const t = texts.policies;

/** As people write it, if it was stored in one line. */
function pretty(document: string): string {
  try {
    return document.includes('\n') ? document : JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}

export default function Policy({ place }: { place: Place }) {
  const name = place.parts[1] ?? '';
  const [deleting, setDeleting] = useState(false);
  const [version, setVersion] = useState('');
  const act = useAct();
  const asked = useAsk(async signal => {
    const [policy, versions, targets] = await Promise.all([
      api.policy(name, signal),
      api.policyVersions(name, signal),
      api.policyTargets(name, signal),
    ]);
    const shown = version || policy.defaultVersionId;
    const document =
      shown === policy.defaultVersionId
        ? policy.policyDocument
        : (await api.policyVersion(name, shown, signal)).policyDocument;
    return { shown, document: pretty(document), versions: versions.policyVersions, targets: targets.targets };
  }, `${name}/${version}`);
  const known = asked.data;
  const then = (action: () => Promise<unknown>) =>
    act.run(async () => {
      await action();
      setVersion('');
      asked.reload();
    });
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={<Button onClick={() => setDeleting(true)}>{t.remove}</Button>}>
          <span className="wrap">{name}</span>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Failure error={asked.error ?? act.error} retry={asked.reload} />
        {known && (
          <>
            <Edit
              key={known.shown + known.document}
              shown={known.shown}
              document={known.document}
              busy={act.busy}
              save={document => then(() => api.createPolicyVersion(name, document))}
            />
            <Table
              header={<Header variant="h2">{t.versions}</Header>}
              items={known.versions}
              trackBy="versionId"
              columnDefinitions={[
                { id: 'id', header: t.version, isRowHeader: true, cell: each => each.versionId },
                {
                  id: 'state',
                  header: '',
                  cell: each =>
                    each.isDefaultVersion && <StatusIndicator type="success">{t.inForce}</StatusIndicator>,
                },
                { id: 'made', header: texts.certificates.made, cell: each => <Ago millis={each.createDate * 1000} /> },
                {
                  id: 'act',
                  header: '',
                  cell: each => (
                    <SpaceBetween size="xs" direction="horizontal">
                      <Button onClick={() => setVersion(each.versionId)}>{t.show}</Button>
                      {!each.isDefaultVersion && (
                        <>
                          <Button onClick={() => then(() => api.setDefaultVersion(name, each.versionId))}>
                            {t.setDefault}
                          </Button>
                          <Button onClick={() => then(() => api.deletePolicyVersion(name, each.versionId))}>
                            {texts.common.remove}
                          </Button>
                        </>
                      )}
                    </SpaceBetween>
                  ),
                },
              ]}
            />
            <Table
              header={<Header variant="h2" counter={`(${known.targets.length})`}>{t.targets}</Header>}
              items={known.targets}
              empty={<Box textAlign="center">{t.noTargets}</Box>}
              columnDefinitions={[
                {
                  id: 'target',
                  header: t.targets,
                  isRowHeader: true,
                  cell: each => {
                    const id = /:cert\/([0-9a-f]+)$/.exec(each)?.[1];
                    return id ? (
                      <Link href={to(['certificates', id])}>{`${id.slice(0, 24)}…`}</Link>
                    ) : (
                      <span className="wrap">{each}</span>
                    );
                  },
                },
              ]}
            />
          </>
        )}
      </SpaceBetween>
      {deleting && (
        <Confirm
          title={`${t.remove}: ${name}`}
          close={() => setDeleting(false)}
          action={async () => {
            for (const each of known?.versions ?? []) {
              if (!each.isDefaultVersion) await api.deletePolicyVersion(name, each.versionId);
            }
            await api.deletePolicy(name);
            go(to(['policies']));
          }}
        >
          {t.removeHow}
        </Confirm>
      )}
    </ContentLayout>
  );
}

interface EditProps {
  shown: string;
  document: string;
  busy: boolean;
  save: (document: string) => void;
}

function Edit({ shown, document, busy, save }: EditProps) {
  const [edited, setEdited] = useState(document);
  const [valid, setValid] = useState(true);
  const tell = useCallback((now: boolean) => setValid(now), []);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t.newVersionHow}
          actions={
            <Button
              variant="primary"
              loading={busy}
              disabled={!valid || edited === document}
              onClick={() => save(edited)}
            >
              {t.newVersion}
            </Button>
          }
        >
          {t.showing(shown)}
        </Header>
      }
    >
      <DocumentEditor document={edited} setDocument={setEdited} setValid={tell} />
    </Container>
  );
}
