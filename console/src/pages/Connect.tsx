import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useEffect, useState } from 'react';
import { api, type Refusal } from '../api';
import { useAct, useAsk } from '../ask';
import { CallError, session } from '../http';
import { type Kit, type Language, pack, POLICY_NAME, policyOf, programOf, SAMPLES } from '../kit';
import { type Heard, listen } from '../live';
import { Code, Copy, Failure } from '../parts';
import { asText } from '../payload';
import { to } from '../router';
import { texts } from '../texts';
import { save } from '../zip';

const NAME = /^[a-zA-Z0-9:_-]{1,128}$/;

export default function Connect() {
  const [kit, setKit] = useState<Kit | undefined>();
  return (
    <ContentLayout header={<Header variant="h1" description={texts.connect.description}>{texts.connect.title}</Header>}>
      {kit ? <Made kit={kit} again={() => setKit(undefined)} /> : <Make made={setKit} />}
    </ContentLayout>
  );
}

async function makePolicy(document: string): Promise<void> {
  try {
    await api.createPolicy(POLICY_NAME, document);
  } catch (thrown) {
    // Whoever made it before, or changed it, meant it so.
    if (!(thrown instanceof CallError && thrown.code === 'ResourceAlreadyExistsException')) throw thrown;
  }
}

/** Makes everything a device needs; what was made when a step fails is left for people to see. */
async function makeDevice(thing: string, type: string, document: string): Promise<Kit> {
  await api.createThing(thing, type ? { thingTypeName: type } : {});
  const made = await api.makeCertificate();
  await makePolicy(document);
  await api.attachPolicy(POLICY_NAME, made.certificateArn);
  await api.attachThing(thing, made.certificateArn);
  const known = session.get();
  return {
    thing,
    host: known?.deviceHost ?? location.hostname,
    port: known?.devicePort ?? 8883,
    certificate: made.certificatePem,
    key: made.keyPair.PrivateKey,
    ca: known?.ca,
  };
}

function Make({ made }: { made: (kit: Kit) => void }) {
  const [name, setName] = useState('');
  const [type, setType] = useState('');
  const types = useAsk(signal => api.thingTypes(signal), 'types');
  const act = useAct();
  const known = session.get();
  const document = policyOf(known?.account ?? '', known?.region ?? '');
  const bad = name !== '' && !NAME.test(name);
  const choices = [
    { value: '', label: texts.connect.noType },
    ...(types.data?.items ?? []).map(each => ({ value: each.thingTypeName, label: each.thingTypeName })),
  ];
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        act.run(async () => made(await makeDevice(name, type, document)));
      }}
    >
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">{texts.connect.what}</Header>}>
          <SpaceBetween size="m">
            <FormField
              label={texts.connect.name}
              description={texts.connect.nameHow}
              errorText={bad && texts.connect.nameBad}
            >
              <Input
                value={name}
                placeholder="thermometer-1"
                autoFocus
                spellcheck={false}
                onChange={event => setName(event.detail.value)}
              />
            </FormField>
            {choices.length > 1 && (
              <FormField label={texts.connect.type} description={texts.connect.typeHow}>
                <Select
                  selectedOption={choices.find(each => each.value === type) ?? null}
                  options={choices}
                  onChange={event => setType(event.detail.selectedOption.value ?? '')}
                />
              </FormField>
            )}
            <ExpandableSection headerText={texts.connect.policy}>
              <SpaceBetween size="s">
                <Box variant="p">{texts.connect.policyHow(POLICY_NAME)}</Box>
                <Code>{document}</Code>
              </SpaceBetween>
            </ExpandableSection>
          </SpaceBetween>
        </Container>
        <Failure error={act.error} />
        <Button
          variant="primary"
          formAction="submit"
          disabled={!name || bad}
          loading={act.busy}
          loadingText={texts.connect.making}
        >
          {texts.connect.make}
        </Button>
      </SpaceBetween>
    </form>
  );
}

function Made({ kit, again }: { kit: Kit; again: () => void }) {
  const [language, setLanguage] = useState<Language>('mosquitto');
  return (
    <SpaceBetween size="l">
      <Alert
        type="success"
        header={texts.connect.made(kit.thing)}
        action={
          <Button
            variant="primary"
            iconName="download"
            onClick={() => {
              const packed = pack(kit);
              save(packed.name, packed.content);
            }}
          >
            {texts.connect.download}
          </Button>
        }
      >
        {texts.connect.madeHow}
      </Alert>
      <Container header={<Header variant="h2">{texts.connect.then}</Header>}>
        <Tabs
          activeTabId={language}
          onChange={event => setLanguage(event.detail.activeTabId as Language)}
          ariaLabel={texts.connect.language}
          tabs={Object.entries(SAMPLES).map(([id, sample]) => ({
            id,
            label: sample.title,
            content: (
              <SpaceBetween size="s">
                <Box variant="p">{texts.connect.run}</Box>
                <SpaceBetween size="xs" direction="horizontal" alignItems="center">
                  <Code>{sample.run}</Code>
                  <Copy text={sample.run} />
                </SpaceBetween>
                <ExpandableSection headerText={`${texts.connect.code}: ${sample.file}`}>
                  {/* The key stays out of the page as long as nobody asks for it. */}
                  <Code>{programOf(id as Language, { ...kit, key: '…' })}</Code>
                </ExpandableSection>
              </SpaceBetween>
            ),
          }))}
        />
      </Container>
      <FirstMessage thing={kit.thing} />
      <SpaceBetween size="xs" direction="horizontal">
        <Button href={to(['things', kit.thing])}>{texts.connect.toThing}</Button>
        <Button variant="link" onClick={again}>
          {texts.connect.another}
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** Waits until the device says something, or is refused. */
function FirstMessage({ thing }: { thing: string }) {
  const [first, setFirst] = useState<Heard | undefined>();
  const [refused, setRefused] = useState<Refusal | undefined>();
  const [failed, setFailed] = useState<Error | undefined>();

  useEffect(() => {
    const heard = (message: Heard) => setFirst(before => before ?? message);
    const stops = [
      listen(`devices/${thing}/#`, heard, { failed: setFailed }),
      listen(`$aws/things/${thing}/shadow/update`, heard, { failed: setFailed }),
      listen('$thingstead/refused/#', message => {
        const refusal = JSON.parse(asText(message.payload)) as Refusal;
        if (refusal.client === thing) setRefused(refusal);
      }),
    ];
    return () => stops.forEach(stop => stop());
  }, [thing]);

  return (
    <SpaceBetween size="l">
      <Failure error={failed} />
      <Container
        header={
          <Header variant="h2">
            <span aria-live="polite">
              {first ? (
                <StatusIndicator type="success">{texts.connect.first}</StatusIndicator>
              ) : (
                <StatusIndicator type="loading">{texts.connect.waiting}</StatusIndicator>
              )}
            </span>
          </Header>
        }
      >
        {first ? (
          <SpaceBetween size="s">
            <Box variant="p">{texts.connect.firstHow}</Box>
            <Box variant="awsui-key-label">{first.topic}</Box>
            <Code wrap>{asText(first.payload)}</Code>
          </SpaceBetween>
        ) : (
          texts.connect.waitingHow(`devices/${thing}/#`)
        )}
      </Container>
      {refused && !first && (
        <Alert
          type="warning"
          header={texts.connect.refused}
          action={<Button href={to(['refusals'])}>{texts.connect.toRefusals}</Button>}
        >
          {`${refused.action} ${refused.resource}: ${refused.why}`}
        </Alert>
      )}
    </SpaceBetween>
  );
}
