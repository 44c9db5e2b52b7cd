import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useRef, useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { CallError, type Session, session } from '../http';
import { type Draft, draft, finished } from '../kept';
import { POLICY_NAME, policyOf } from '../kit';
import { type Done, make, NameTaken, nextStep, type Plan, type Step, unmake } from '../making';
import { Code, Copy, Failure } from '../parts';
import { isRequest } from '../pem';
import { useStore } from '../store';
import { texts } from '../texts';
import { Connected } from './Connected';

const t = texts.connect;
const NAME = /^[a-zA-Z0-9:_-]{1,128}$/;
const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);

export default function Connect() {
  const made = useStore(finished);
  // When a session ends, the page stays as it is until somebody has signed in again.
  const last = useRef<Session | undefined>(undefined);
  const known = useStore(session) ?? last.current;
  last.current = known;
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      {made ? <Connected kit={made.kit} saved={made.saved} /> : known && <Make known={known} />}
    </ContentLayout>
  );
}

/** The names that a kit can hold, the likeliest first: how the browser got here, if others can, too. */
function hostsOf(known: Session): string[] {
  const named = [known.deviceHost, ...known.hosts].filter(host => /^[\w.:-]+$/.test(host));
  const here = location.hostname.replace(/^\[|\]$/g, '');
  return [...new Set(named.includes(here) && !LOCAL.has(here) ? [here, ...named] : named)];
}

function Make({ known }: { known: Session }) {
  const plans = useStore(draft);
  const set = (change: Partial<Draft>) => draft.set({ ...draft.get(), ...change });
  const done = useRef<Done>({ thing: false, policy: false });
  const [started, setStarted] = useState<Plan | undefined>();
  const [step, setStep] = useState<Step>('thing');
  const act = useAct();
  const hosts = hostsOf(known);
  const host = hosts.includes(plans.host) ? plans.host : (hosts[0] ?? known.deviceHost);
  const bad = plans.name !== '' && !NAME.test(plans.name);
  const badRequest = plans.own && plans.request.trim() !== '' && !isRequest(plans.request);
  const ready = plans.name !== '' && !bad && (!plans.own || (plans.request.trim() !== '' && !badRequest));
  const document = policyOf(known.account, known.region);

  const run = (plan: Plan) =>
    act.run(async () => {
      setStarted(plan);
      try {
        await make(plan, done.current, api, setStep);
      } catch (thrown) {
        // What has made nothing leaves nothing to go on from.
        if (!done.current.thing && !done.current.certificate) setStarted(undefined);
        throw thrown;
      }
      const certificate = done.current.certificate;
      if (!certificate) return;
      finished.set({
        account: known.account,
        saved: false,
        kit: {
          thing: plan.thing,
          host,
          port: known.devicePort,
          certificate: certificate.certificatePem,
          key: certificate.keyPair?.PrivateKey,
          ca: known.ca,
        },
      });
      draft.set({ ...draft.get(), name: '', request: '' });
    });
  const plan = (existing: boolean): Plan => ({
    thing: plans.name,
    type: plans.type.trim(),
    request: plans.own ? plans.request.trim() : '',
    document,
    existing,
  });

  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        run(started ?? plan(false));
      }}
    >
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">{t.what}</Header>}>
          <SpaceBetween size="m">
            <FormField label={t.name} description={t.nameHow} errorText={bad && t.nameBad}>
              <Input
                value={plans.name}
                placeholder="thermometer-1"
                autoFocus
                spellcheck={false}
                disabled={started !== undefined}
                onChange={event => {
                  set({ name: event.detail.value });
                  act.clear();
                }}
              />
            </FormField>
            <Type value={plans.type} disabled={started !== undefined} change={type => set({ type })} />
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">{t.key}</Header>}>
          <KeyChoice plans={plans} bad={badRequest} disabled={started !== undefined} change={set} />
        </Container>
        <Where known={known} hosts={hosts} host={host} change={chosen => set({ host: chosen })} />
        <Allowed name={plans.name} document={document} />
        {act.error instanceof NameTaken ? (
          <Alert
            type="warning"
            header={t.taken(plans.name)}
            action={
              <Button formAction="none" onClick={() => run(plan(true))}>
                {t.takenUse}
              </Button>
            }
          >
            {t.takenHow}
          </Alert>
        ) : (
          <Failure error={act.error} />
        )}
        {started && act.error && !act.busy ? (
          <HalfMade
            step={nextStep(started, done.current)}
            remove={() =>
              act.run(async () => {
                await unmake(started, done.current, api);
                done.current = { thing: false, policy: false };
                setStarted(undefined);
              })
            }
          />
        ) : null}
        <Button variant="primary" formAction="submit" disabled={!ready} loading={act.busy} loadingText={t.making[step]}>
          {started ? t.retry : t.make}
        </Button>
      </SpaceBetween>
    </form>
  );
}

function HalfMade({ step, remove }: { step: Step; remove: () => void }) {
  return (
    <Alert
      type="info"
      header={t.halfMade(t.reached[step])}
      action={
        <Button formAction="none" onClick={remove}>
          {t.giveUp}
        </Button>
      }
    >
      {t.halfMadeHow}
    </Alert>
  );
}

function Type({ value, disabled, change }: { value: string; disabled: boolean; change: (value: string) => void }) {
  const types = useAsk(signal => api.thingTypes(signal), 'types');
  return (
    <FormField label={t.type} description={t.typeHow} errorText={value !== '' && !NAME.test(value) && t.nameBad}>
      <Autosuggest
        value={value}
        disabled={disabled}
        placeholder={t.typePlaceholder}
        clearAriaLabel={t.typeClear}
        enteredTextLabel={t.typeUse}
        options={(types.data?.items ?? []).map(each => ({ value: each.thingTypeName }))}
        onChange={event => change(event.detail.value)}
      />
    </FormField>
  );
}

function KeyChoice(props: { plans: Draft; bad: boolean; disabled: boolean; change: (change: Partial<Draft>) => void }) {
  const { plans, bad, disabled, change } = props;
  return (
    <SpaceBetween size="m">
      <RadioGroup
        ariaLabel={t.key}
        value={plans.own ? 'own' : 'server'}
        onChange={event => change({ own: event.detail.value === 'own' })}
        items={[
          { value: 'server', label: t.keyServer, description: t.keyServerHow, disabled },
          { value: 'own', label: t.keyOwn, description: t.keyOwnHow, disabled },
        ]}
      />
      {plans.own && (
        <>
          <Box variant="p">{t.requestHow}</Box>
          <SpaceBetween size="xs" direction="horizontal" alignItems="center">
            <Code>{t.requestCommand(plans.name)}</Code>
            <Copy text={t.requestCommand(plans.name)} />
          </SpaceBetween>
          <FormField label={t.request} errorText={bad && t.requestBad}>
            <Textarea
              className="mono-input"
              value={plans.request}
              rows={6}
              spellcheck={false}
              disabled={disabled}
              onChange={event => change({ request: event.detail.value })}
            />
          </FormField>
        </>
      )}
    </SpaceBetween>
  );
}

function Where(props: { known: Session; hosts: string[]; host: string; change: (host: string) => void }) {
  const { known, hosts, host, change } = props;
  const options = hosts.map(each => ({
    value: each,
    label: each,
    ...(LOCAL.has(each) ? { description: t.whereLocal } : each === location.hostname ? { description: t.whereHere } : {}),
  }));
  return (
    <Container header={<Header variant="h2">{t.where}</Header>}>
      <SpaceBetween size="m">
        <FormField label={`${host}:${known.devicePort}`} description={t.whereHow}>
          <Select
            ariaLabel={t.where}
            selectedOption={options.find(each => each.value === host) ?? null}
            options={options}
            onChange={event => change(event.detail.selectedOption.value ?? '')}
          />
        </FormField>
        {LOCAL.has(host) && (
          <Alert type="info" header={t.whereElsewhere(host)}>
            {hosts.every(each => LOCAL.has(each)) ? t.whereNone : t.whereElsewhereHow}{' '}
            {known.otherHosts.length > 0 && t.whereOthers(known.otherHosts)}
          </Alert>
        )}
        {known.deviceLoopback && !LOCAL.has(host) && (
          <Alert type="warning" header={t.whereClosed}>
            {t.whereClosedHow(known.devicePort)}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** What the policy says of this thing, and how it says it. */
function Allowed({ name, document }: { name: string; document: string }) {
  const there = useAsk(async signal => {
    try {
      return (await api.policy(POLICY_NAME, signal)).policyDocument;
    } catch (thrown) {
      if (thrown instanceof CallError && thrown.status === 404) return '';
      throw thrown;
    }
  }, 'policy');
  const own = !there.data || there.data === document;
  const shown = name || 'NAME';
  return (
    <Container header={<Header variant="h2">{t.policy}</Header>}>
      <SpaceBetween size="s">
        {own && (
          <ul className="plain">
            <li>{t.mayConnect(shown)}</li>
            <li>{t.mayUse(shown)}</li>
            <li>{t.mayShadow}</li>
            <li>{t.mayNothing}</li>
          </ul>
        )}
        <Box variant="p">
          {t.policyHow(POLICY_NAME)} {there.data === '' ? t.policyNew : !own && t.policyThere}
        </Box>
        <ExpandableSection headerText={t.policyDocument} defaultExpanded={false}>
          <Code>{there.data || document}</Code>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}
