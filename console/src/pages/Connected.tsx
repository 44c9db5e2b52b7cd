import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tabs from '@cloudscape-design/components/tabs';
import { useEffect, useState } from 'react';
import type { Refusal } from '../api';
import { useAct } from '../ask';
import { finished } from '../kept';
import { commandsOf, type Kit, type Language, pack, programOf, SAMPLES } from '../kit';
import { type Heard, listen, publish } from '../live';
import { Code, Copy, Failure } from '../parts';
import { asText } from '../payload';
import { to } from '../router';
import { texts } from '../texts';
import { save } from '../zip';

const t = texts.connect;

/** The device is made: its kit, how to start it, and what it says first. */
export function Connected({ kit, saved }: { kit: Kit; saved: boolean }) {
  const [sure, setSure] = useState(saved || !kit.key);
  const download = () => {
    const packed = pack(kit);
    save(packed.name, packed.content);
    const made = finished.get();
    if (made) finished.set({ ...made, saved: true });
    setSure(true);
  };
  return (
    <SpaceBetween size="l">
      <Alert
        type="success"
        header={t.made(kit.thing)}
        action={
          <Button variant="primary" iconName="download" onClick={download}>
            {t.download}
          </Button>
        }
      >
        {kit.key ? t.madeHow : t.madeOwn}
      </Alert>
      <Programs kit={kit} />
      <FirstMessage thing={kit.thing} />
      <SpaceBetween size="xs" direction="horizontal">
        <Button href={to(['things', kit.thing])}>{t.toThing}</Button>
        <Button variant="link" onClick={() => (sure ? finished.set(undefined) : setSure(true))}>
          {t.another}
        </Button>
      </SpaceBetween>
      {sure && kit.key && !saved && <Alert type="warning">{t.anotherSure}</Alert>}
    </SpaceBetween>
  );
}

function Programs({ kit }: { kit: Kit }) {
  const [language, setLanguage] = useState<Language>('mosquitto');
  return (
    <Container header={<Header variant="h2">{t.then}</Header>}>
      <Tabs
        activeTabId={language}
        onChange={event => setLanguage(event.detail.activeTabId as Language)}
        ariaLabel={t.language}
        tabs={Object.entries(SAMPLES).map(([id, sample]) => ({
          id,
          label: sample.title,
          content: (
            <SpaceBetween size="s">
              <Box variant="p">{t.needs(sample.needs)}</Box>
              <Box variant="p">{t.run}</Box>
              <Command text={sample.run} />
              {sample.windows && (
                <>
                  <Box variant="p">{t.windows}</Box>
                  <Command text={sample.windows} />
                </>
              )}
              <ExpandableSection headerText={`${t.code}: ${sample.file}`}>
                {/* The key stays out of the page as long as nobody asks for it. */}
                <Code>{programOf(id as Language, { ...kit, key: '…' })}</Code>
              </ExpandableSection>
            </SpaceBetween>
          ),
        }))}
      />
    </Container>
  );
}

function Command({ text }: { text: string }) {
  return (
    <SpaceBetween size="xs" direction="horizontal" alignItems="center">
      <Code wrap>{text}</Code>
      <Copy text={text} />
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
      listen(`devices/${thing}/data`, heard, { failed: setFailed }),
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
                <StatusIndicator type="success">{t.first}</StatusIndicator>
              ) : (
                <StatusIndicator type="loading">{t.waiting}</StatusIndicator>
              )}
            </span>
          </Header>
        }
      >
        {first ? (
          <SpaceBetween size="s">
            <Box variant="p">{t.firstHow}</Box>
            <Box variant="awsui-key-label">{first.topic}</Box>
            <Code wrap>{asText(first.payload)}</Code>
            <Answer thing={thing} />
          </SpaceBetween>
        ) : (
          t.waitingHow(`devices/${thing}/data`)
        )}
      </Container>
      {refused && !first && (
        <Alert type="warning" header={t.refused} action={<Button href={to(['refusals'])}>{t.toRefusals}</Button>}>
          {`${refused.action} ${refused.resource}: ${refused.why}`}
        </Alert>
      )}
    </SpaceBetween>
  );
}

/** Sends the device a command, which its program prints. */
function Answer({ thing }: { thing: string }) {
  const [text, setText] = useState('{"every": 10}');
  const [sent, setSent] = useState(false);
  const act = useAct();
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        act.run(async () => {
          await publish(commandsOf(thing), text, { qos: 1 });
          setSent(true);
        });
      }}
    >
      <SpaceBetween size="s">
        <FormField label={t.answer} description={t.answerHow(commandsOf(thing))}>
          <Input
            className="mono-input"
            value={text}
            spellcheck={false}
            onChange={event => {
              setText(event.detail.value);
              setSent(false);
            }}
          />
        </FormField>
        <Failure error={act.error} />
        <SpaceBetween size="s" direction="horizontal" alignItems="center">
          <Button formAction="submit" loading={act.busy}>
            {t.send}
          </Button>
          {sent && <StatusIndicator type="success">{t.sent}</StatusIndicator>}
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
