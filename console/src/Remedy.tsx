import './remedy.css';
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useRef, useState } from 'react';
import { api, type Ruling } from './api';
import { useAct, useAsk } from './ask';
import { diff, near } from './diff';
import { CallError } from './http';
import type { JsonObject } from './json';
import { Code, Copy, Failure } from './parts';
import { to } from './router';
import { pretty, whatWouldAllow, whatWouldAllowEach, withStatement } from './ruling';
import { texts } from './texts';

const t = texts.remedy;

interface Props {
  ruling: Ruling;
  client: string;
  /** Of the certificate, if one was asked about. */
  certificate: string | undefined;
  /** A policy was changed: ask again. */
  changed: () => void;
}

/** What would allow what was denied, and the way to it. */
export function Remedy({ ruling, client, certificate, changed }: Props) {
  if (ruling.outcome === 'EXPLICIT_DENY') {
    const policy = ruling.statement?.policy ?? '';
    return (
      <Alert type="info" action={policy && <Button href={to(['policies', policy])}>{t.open(policy)}</Button>}>
        {t.narrow(policy)}
      </Alert>
    );
  }
  return <Statement ruling={ruling} client={client} certificate={certificate} changed={changed} />;
}

function Statement({ ruling, client, certificate, changed }: Props) {
  const [wide, setWide] = useState(false);
  const [policy, setPolicy] = useState<string | undefined>();
  const each = whatWouldAllowEach(ruling, client);
  const statement = wide && each ? each : whatWouldAllow(ruling);
  const written = JSON.stringify(statement, null, 2);
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{t.title}</Box>
      {each && (
        <RadioGroup
          ariaLabel={t.title}
          value={wide ? 'each' : 'this'}
          items={[
            { value: 'this', label: t.onlyThis },
            { value: 'each', label: t.each },
          ]}
          onChange={event => setWide(event.detail.value === 'each')}
        />
      )}
      <Code wrap>{written}</Code>
      <SpaceBetween size="xs" direction="horizontal">
        <Copy text={written} />
        {ruling.policies.map(name => (
          <Button key={name} disabled={name === policy} onClick={() => setPolicy(name)}>
            {t.add(name)}
          </Button>
        ))}
        {ruling.policies.length === 0 && certificate && (
          <Button href={to(['certificates', certificate])}>{t.attach}</Button>
        )}
      </SpaceBetween>
      {ruling.policies.length === 0 && <Box>{t.noPolicy}</Box>}
      {policy && (
        <Addition
          key={`${policy} ${written}`}
          policy={policy}
          statement={statement}
          close={() => setPolicy(undefined)}
          changed={changed}
        />
      )}
    </SpaceBetween>
  );
}

interface AdditionProps {
  policy: string;
  statement: JsonObject;
  close: () => void;
  changed: () => void;
}

/** A policy as it would be with the statement, to be looked at before it is saved. */
function Addition({ policy, statement, close, changed }: AdditionProps) {
  const act = useAct();
  const asked = useAsk(async signal => {
    const [known, versions] = await Promise.all([api.policy(policy, signal), api.policyVersions(policy, signal)]);
    const document = withStatement(known.policyDocument, statement);
    return {
      document,
      lines: near(diff(pretty(known.policyDocument), document)),
      oldest: versions.policyVersions
        .filter(each => !each.isDefaultVersion)
        .sort((one, other) => one.createDate - other.createDate)[0]?.versionId,
      check: await api.checkPolicy(document, signal),
    };
  }, policy);
  const known = asked.data;
  const shown = known !== undefined;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (shown) place.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  const full = act.error instanceof CallError && act.error.code === 'VersionsLimitExceededException';
  const save = (document: string, instead?: string) =>
    act.run(async () => {
      if (instead) await api.deletePolicyVersion(policy, instead);
      await api.createPolicyVersion(policy, document);
      changed();
    });
  return (
    <div ref={place} className="addition">
      <Failure error={asked.error} retry={asked.reload} />
      {known && (
        <SpaceBetween size="s">
          <Box variant="h4">{t.change(policy)}</Box>
          <Difference lines={known.lines} />
          {known.check.error && <Alert type="error">{known.check.error}</Alert>}
          {known.check.warnings?.map(each => (
            <Alert key={each.text} type="warning">{`${each.statement}: ${each.text}`}</Alert>
          ))}
          <Box>{texts.policies.newVersionHow}</Box>
          <Failure error={act.error} />
          <SpaceBetween size="xs" direction="horizontal">
            {full && known.oldest ? (
              <Button variant="primary" loading={act.busy} onClick={() => save(known.document, known.oldest)}>
                {t.saveInstead(known.oldest)}
              </Button>
            ) : (
              <Button
                variant="primary"
                loading={act.busy}
                disabled={!known.check.valid}
                onClick={() => save(known.document)}
              >
                {texts.policies.newVersion}
              </Button>
            )}
            <Button variant="link" onClick={close}>
              {texts.common.cancel}
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      )}
    </div>
  );
}

const SIGNS = { same: ' ', added: '+', removed: '-' };

function Difference({ lines }: { lines: ReturnType<typeof near> }) {
  return (
    <pre className="code wrap diff" tabIndex={0} aria-label={t.difference}>
      {lines.map((line, i) => (
        <span key={i} className={line ? `diff-${line.kind}` : 'diff-out'}>
          {line ? `${SIGNS[line.kind]} ${line.text}` : '  …'}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
