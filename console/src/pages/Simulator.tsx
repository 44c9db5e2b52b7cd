import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type ReactNode, useState } from 'react';
import { api, certificateIdOf, type Refusal, type Ruling } from '../api';
import { useAsk } from '../ask';
import { Ago, Code, Failure } from '../parts';
import { asQuery, type Question, remembered } from '../refusals';
import { Remedy } from '../Remedy';
import { filledIn, sameRuling, statementOf } from '../ruling';
import { go, type Place, to } from '../router';
import { texts } from '../texts';

const t = texts.simulator;

function questionAt(place: Place): Question {
  const of = (name: string) => place.query.get(name) ?? '';
  return {
    client: of('client'),
    action: of('action') || 'publish',
    topic: of('topic'),
    certificate: of('certificate'),
    persistent: of('persistent') === 'true',
    will: of('will'),
  };
}

/** The question is the address, so that an answer can be sent to somebody. */
export default function Simulator({ place }: { place: Place }) {
  const question = questionAt(place);
  const number = Number(place.query.get('refusal') ?? 0);
  const whole = question.client !== '' && (question.action === 'connect' || question.topic !== '');
  const form = <Form key={JSON.stringify(question)} question={question} />;
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      <SpaceBetween size="l">
        {number > 0 ? (
          <>
            <Explained number={number} question={whole ? question : undefined} />
            <ExpandableSection variant="container" headerText={t.askElse}>
              {form}
            </ExpandableSection>
          </>
        ) : (
          <>
            <Container>{form}</Container>
            {whole && <Answer question={question} then={undefined} />}
          </>
        )}
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
        go(to(['simulator'], asQuery(given)));
      }}
    >
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
    </form>
  );
}

/** The refusal of a number: as a page has seen it, or as the server still knows it; null when it does not. */
async function find(number: number, signal: AbortSignal): Promise<Refusal | null> {
  const seen = remembered(number);
  if (seen) return seen;
  const { refusals } = await api.refusals(number - 1, signal);
  return refusals.find(each => each.number === number) ?? null;
}

/** A refusal as it was decided, then what the policies say now. */
function Explained({ number, question }: { number: number; question: Question | undefined }) {
  const asked = useAsk(signal => find(number, signal), String(number));
  const refusal = asked.data;
  if (refusal === undefined) return <Waiting error={asked.error} retry={asked.reload} />;
  return (
    <SpaceBetween size="l">
      {refusal ? <Then refusal={refusal} /> : <Alert type="info">{t.forgotten}</Alert>}
      {question && <Answer question={question} then={refusal?.ruling} />}
    </SpaceBetween>
  );
}

function Waiting({ error, retry }: { error: unknown; retry: () => void }) {
  return error ? (
    <Failure error={error} retry={retry} />
  ) : (
    <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
  );
}

function Then({ refusal }: { refusal: Refusal }) {
  return (
    <Container
      header={
        <Header variant="h2" description={<Ago millis={Date.parse(refusal.time)} />}>
          <StatusIndicator type="error">{t.refused}</StatusIndicator>
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: texts.refusals.client, value: <span className="wrap">{refusal.client || '–'}</span> },
            { label: texts.refusals.action, value: refusal.action },
            { label: texts.refusals.resource, value: <span className="mono wrap">{refusal.resource || '–'}</span> },
            { label: texts.refusals.principal, value: <Principal id={refusal.principal} /> },
          ]}
        />
        {refusal.ruling ? (
          <Details ruling={refusal.ruling} />
        ) : (
          <Box>
            <span className="wrap">{`${refusal.why}. ${t.noPolicyDecided}`}</span>
          </Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Principal({ id }: { id: string }) {
  if (!id) return <>–</>;
  return /^[0-9a-f]{64}$/.test(id) ? (
    <Link href={to(['certificates', id])}>{`${id.slice(0, 16)}…`}</Link>
  ) : (
    <span className="wrap">{id}</span>
  );
}

/** What the policies say now; if they have ruled before, whether it is still so. */
function Answer({ question, then }: { question: Question; then: Ruling | undefined }) {
  const { certificate, persistent, will, ...rest } = question;
  const answer = useAsk(
    signal =>
      api.why({ ...rest, ...(certificate && { certificate }), ...(persistent && { persistent }), ...(will && { will }) }, signal),
    JSON.stringify(question),
  );
  if (!answer.data) return <Waiting error={answer.error} retry={answer.reload} />;
  return (
    <SpaceBetween size="l">
      {answer.data.decisions.length === 0 && <Alert type="info">{answer.data.explanation}</Alert>}
      {answer.data.decisions.map(each => (
        <Decision
          key={each.principal}
          title={then && t.now}
          certificate={certificateIdOf(each.principal)}
          ruling={each.ruling}
          details={then && sameRuling(then, each.ruling) ? <Box>{t.still}</Box> : <Details ruling={each.ruling} />}
        >
          <Remedy
            ruling={each.ruling}
            client={question.client}
            certificate={/^[0-9a-f]{64}$/.test(certificateIdOf(each.principal)) ? certificateIdOf(each.principal) : undefined}
            changed={answer.reload}
          />
        </Decision>
      ))}
      {answer.data.decisions.length > 0 && (
        <ExpandableSection variant="container" headerText={t.answer}>
          <Code wrap>{answer.data.explanation}</Code>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

interface DecisionProps {
  title: string | undefined;
  certificate: string;
  ruling: Ruling;
  details: ReactNode;
  children: ReactNode;
}

function Decision({ title, certificate, ruling, details, children }: DecisionProps) {
  const allowed = ruling.outcome === 'ALLOWED';
  const status = (
    <StatusIndicator type={allowed ? 'success' : 'error'}>{allowed ? t.allowed : t.denied}</StatusIndicator>
  );
  return (
    <Container
      header={
        <Header variant="h2" description={t.asked(certificate.length === 64 ? `${certificate.slice(0, 16)}…` : certificate)}>
          {title ? (
            <>
              {title}: {status}
            </>
          ) : (
            status
          )}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {details}
        {!allowed && children}
      </SpaceBetween>
    </Container>
  );
}

/** What was asked, what decided it, and what its variables stood for. */
function Details({ ruling }: { ruling: Ruling }) {
  const variables = Object.entries(ruling.variables);
  return (
    <SpaceBetween size="m">
      <Box>
        <span className="mono wrap">
          {ruling.action} {ruling.resource}
        </span>
      </Box>
      {ruling.statement ? (
        <Statement ruling={ruling} by={ruling.statement} />
      ) : (
        <Box>
          {t.none} {ruling.policies.length > 0 ? t.looked(ruling.policies.join(', ')) : t.noPolicies}
        </Box>
      )}
      {variables.length + ruling.unresolved.length > 0 && (
        <KeyValuePairs
          columns={2}
          items={[
            ...variables.map(([name, value]) => ({ label: `\${${name}}`, value: <span className="wrap">{value}</span> })),
            ...ruling.unresolved.map(name => ({ label: `\${${name}}`, value: t.unresolved })),
          ]}
        />
      )}
    </SpaceBetween>
  );
}

/** The deciding statement as that version of its policy has it, and with its variables filled in. */
function Statement({ ruling, by }: { ruling: Ruling; by: NonNullable<Ruling['statement']> }) {
  const asked = useAsk(
    async signal => statementOf((await api.policyVersion(by.policy, by.version, signal)).policyDocument, by.number) ?? null,
    `${by.policy} ${by.version} ${by.number}`,
  );
  const statement = asked.data;
  const filled = statement && filledIn(statement, ruling.variables);
  const written = (part: object) => JSON.stringify(part, null, 2);
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{t.statement}</Box>
      <Box>
        {t.inPolicy(by.number, by.policy, by.version, by.sid)} <Link href={to(['policies', by.policy])}>{t.edit}</Link>
      </Box>
      {asked.error ? <Box>{t.gone}</Box> : null}
      {statement && filled && (
        <ColumnLayout columns={written(statement) === written(filled) ? 1 : 2}>
          <div>
            <Box variant="awsui-key-label">{t.asWritten}</Box>
            <Code wrap>{written(statement)}</Code>
          </div>
          {written(statement) !== written(filled) && (
            <div>
              <Box variant="awsui-key-label">{t.filled}</Box>
              <Code wrap>{written(filled)}</Code>
            </div>
          )}
        </ColumnLayout>
      )}
    </SpaceBetween>
  );
}
