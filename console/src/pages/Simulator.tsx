import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useEffect, useState } from 'react';
import { api, certificateIdOf, type Ruling } from '../api';
import { useAsk } from '../ask';
import type { JsonObject } from '../json';
import { Code, Copy, Failure } from '../parts';
import { filledIn, statementOf, whatWouldAllow } from '../ruling';
import { go, type Place, to } from '../router';
import { texts } from '../texts';

const t = texts.simulator;

interface Question {
  client: string;
  action: string;
  topic: string;
  certificate: string;
}

function asked(place: Place): Question {
  const of = (name: string) => place.query.get(name) ?? '';
  return { client: of('client'), action: of('action') || 'publish', topic: of('topic'), certificate: of('certificate') };
}

/** The question is the address, so that an answer can be sent to somebody. */
export default function Simulator({ place }: { place: Place }) {
  const question = asked(place);
  const whole = question.client !== '' && (question.action === 'connect' || question.topic !== '');
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      <SpaceBetween size="l">
        <Form key={JSON.stringify(question)} question={question} />
        {whole && <Answer question={question} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Form({ question }: { question: Question }) {
  const [given, setGiven] = useState(question);
  const set = (part: Partial<Question>) => setGiven({ ...given, ...part });
  const actions = Object.entries(t.actions).map(([value, label]) => ({ value, label }));
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        go(to(['simulator'], { ...given }));
      }}
    >
      <Container>
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField label={t.client}>
              <Input value={given.client} spellcheck={false} onChange={event => set({ client: event.detail.value })} />
            </FormField>
            <FormField label={t.action}>
              <Select
                selectedOption={actions.find(each => each.value === given.action) ?? null}
                options={actions}
                onChange={event => set({ action: event.detail.selectedOption.value ?? '' })}
              />
            </FormField>
            <FormField label={t.topic}>
              <Input
                value={given.topic}
                disabled={given.action === 'connect'}
                spellcheck={false}
                onChange={event => set({ topic: event.detail.value })}
              />
            </FormField>
            <FormField label={t.certificate} description={t.certificateHow}>
              <Input
                value={given.certificate}
                spellcheck={false}
                onChange={event => set({ certificate: event.detail.value })}
              />
            </FormField>
          </ColumnLayout>
          <Button variant="primary" formAction="submit">
            {t.ask}
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  );
}

function Answer({ question }: { question: Question }) {
  const { certificate, ...rest } = question;
  const answer = useAsk(
    signal => api.why({ ...rest, ...(certificate && { certificate }) }, signal),
    JSON.stringify(question),
  );
  if (!answer.data) {
    return answer.error ? (
      <Failure error={answer.error} retry={answer.reload} />
    ) : (
      <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
    );
  }
  return (
    <SpaceBetween size="l">
      {answer.data.decisions.length === 0 && <Alert type="info">{answer.data.explanation}</Alert>}
      {answer.data.decisions.map(each => (
        <Decision key={each.principal} certificate={certificateIdOf(each.principal)} ruling={each.ruling} />
      ))}
      {answer.data.decisions.length > 0 && (
        <Container header={<Header variant="h2">{t.answer}</Header>}>
          <Code wrap>{answer.data.explanation}</Code>
        </Container>
      )}
    </SpaceBetween>
  );
}

function Decision({ certificate, ruling }: { certificate: string; ruling: Ruling }) {
  const allowed = ruling.outcome === 'ALLOWED';
  const variables = Object.entries(ruling.variables);
  return (
    <Container
      header={
        <Header variant="h2" description={`${t.certificate} ${certificate.slice(0, 16)}…`}>
          <StatusIndicator type={allowed ? 'success' : 'error'}>{allowed ? t.allowed : t.denied}</StatusIndicator>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Box>
          <span className="mono wrap">
            {ruling.action} {ruling.resource}
          </span>
        </Box>
        <Statement ruling={ruling} />
        {variables.length > 0 && (
          <KeyValuePairs
            columns={2}
            items={[
              ...variables.map(([name, value]) => ({ label: `\${${name}}`, value })),
              ...ruling.unresolved.map(name => ({ label: `\${${name}}`, value: '–' })),
            ]}
          />
        )}
        {!allowed && <Remedy ruling={ruling} />}
      </SpaceBetween>
    </Container>
  );
}

/** The deciding statement as its policy has it, and with its variables filled in. */
function Statement({ ruling }: { ruling: Ruling }) {
  const by = ruling.statement;
  const [statement, setStatement] = useState<JsonObject | undefined>();
  const [failed, setFailed] = useState<unknown>();
  useEffect(() => {
    if (!by) return;
    const aborted = new AbortController();
    api
      .policyVersion(by.policy, by.version, aborted.signal)
      .then(version => setStatement(statementOf(version.policyDocument, by.number)))
      .catch((thrown: unknown) => !aborted.signal.aborted && setFailed(thrown));
    return () => aborted.abort();
  }, [by]);
  if (!by) return <Box>{t.none}</Box>;
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{t.statement}</Box>
      <Box>
        {t.inPolicy(by.policy, by.version)} <a href={to(['policies', by.policy])}>{t.edit}</a>
      </Box>
      <Failure error={failed} />
      {statement && <Code wrap>{JSON.stringify(filledIn(statement, ruling.variables), null, 2)}</Code>}
    </SpaceBetween>
  );
}

function Remedy({ ruling }: { ruling: Ruling }) {
  if (ruling.outcome === 'EXPLICIT_DENY') {
    return <Alert type="info">{t.narrow(ruling.statement?.policy ?? '')}</Alert>;
  }
  const statement = JSON.stringify(whatWouldAllow(ruling), null, 2);
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{t.allow}</Box>
      <Box>{t.allowHow}</Box>
      <Code wrap>{statement}</Code>
      <SpaceBetween size="xs" direction="horizontal">
        <Copy text={statement} />
        {ruling.policies.map(policy => (
          <Button key={policy} href={to(['policies', policy])}>
            {`${t.edit}: ${policy}`}
          </Button>
        ))}
      </SpaceBetween>
    </SpaceBetween>
  );
}
