import Alert from '@cloudscape-design/components/alert';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FileInput from '@cloudscape-design/components/file-input';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { useAct } from '../ask';
import { Failure } from '../parts';
import { base64, prettyJson } from '../payload';
import { to } from '../router';
import { useStore } from '../store';
import { texts } from '../texts';
import { draft, line, publishDraft, snapshot, tell } from './client';
import { type CorrelationMode, type Draft, type Mode, NEW_WANTED, type Problems } from './draft';
import type { Answer, Offer } from './protocol';
import { QosSelect } from './QosSelect';
import { inWords, size } from './words';

const t = texts.mqtt;
const MODES = Object.entries(t.modes).map(([value, label]) => ({ value, label }));
const CORRELATION_MODES = MODES.filter(each => ['text', 'hex', 'base64'].includes(each.value));
const ROWS_MAX = 16;

interface Part {
  written: Draft;
  set: (part: Partial<Draft>) => void;
  problems: Problems;
  offer: Offer | undefined;
}

/** A message to be published, and what the server answered to the last. */
export function PublishForm() {
  const written = useStore(draft);
  const { offer, state, clientId } = useStore(line);
  const [problems, setProblems] = useState<Problems>({});
  const [said, setSaid] = useState<{ answer: Answer; qos: Draft['qos']; topic: string } | undefined>();
  const act = useAct();
  const set = (part: Partial<Draft>) => {
    draft.set({ ...draft.get(), ...part });
    setProblems(before => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in part))));
  };
  const part: Part = { written, set, problems, offer };
  const given = propertiesGiven(written);
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        act.run(async () => {
          const done = await publishDraft(written);
          setProblems('problems' in done ? done.problems : {});
          setSaid('answer' in done ? { answer: done.answer, qos: written.qos, topic: written.topic } : undefined);
        });
      }}
    >
      <SpaceBetween size="s">
        <FormField label={t.topic} errorText={problems.topic}>
          <div className="mono-input">
            <Input
              value={written.topic}
              placeholder="devices/lamp-1/command"
              spellcheck={false}
              onChange={event => set({ topic: event.detail.value })}
            />
          </div>
        </FormField>
        <Payload {...part} />
        <FormField label={t.qos} errorText={problems.qos}>
          <QosSelect qos={written.qos} most={offer?.maximumQos} set={qos => set({ qos })} />
        </FormField>
        <FormField errorText={problems.retain}>
          <Checkbox
            checked={written.retain}
            description={t.retainHow}
            onChange={event => set({ retain: event.detail.checked })}
          >
            {t.retain}
          </Checkbox>
        </FormField>
        <ExpandableSection headerText={t.propertiesCount(given)}>
          <PropertyFields {...part} />
        </ExpandableSection>
        <Button variant="primary" formAction="submit" loading={act.busy} disabled={state !== 'connected'}>
          {t.publish}
        </Button>
        <Failure error={act.error} />
        <div className="mqtt-said" aria-live="polite">{said && <Said {...said} clientId={clientId} />}</div>
        {hasProblems(problems) && <StatusIndicator type="error">{Object.values(problems)[0]}</StatusIndicator>}
      </SpaceBetween>
    </form>
  );
}

function hasProblems(problems: Problems): boolean {
  return Object.keys(problems).length > 0;
}

function propertiesGiven(written: Draft): number {
  const texts = [written.expiry, written.contentType, written.responseTopic, written.correlation, written.alias];
  return texts.filter(each => each !== '').length + (written.utf8 ? 1 : 0) + written.user.length;
}

function Said({ answer, qos, topic, clientId }: { answer: Answer; qos: Draft['qos']; topic: string; clientId: string }) {
  const { text, good, refused } = inWords(answer, qos);
  if (good) {
    return (
      <StatusIndicator type={answer.code === 0x10 ? 'info' : 'success'}>
        {text}
        {answer.user.map(([name, value]) => ` ${name}=${value}`)}
      </StatusIndicator>
    );
  }
  return (
    <Alert
      type="error"
      header={topic}
      action={refused && <Button href={to(['refusals'], { find: clientId })}>{t.toRefusals}</Button>}
    >
      {text}
    </Alert>
  );
}

function Payload({ written, set, problems }: Part) {
  const [file, setFile] = useState<File[]>([]);
  const choose = async (chosen: File[]) => {
    setFile(chosen);
    const first = chosen[0];
    if (first) set({ content: base64(new Uint8Array(await first.arrayBuffer())), fileName: first.name });
  };
  const bytes = Math.floor((written.content.replace(/=+$/, '').length * 3) / 4);
  const pretty = () => {
    const indented = prettyJson(new TextEncoder().encode(written.content));
    if (indented !== undefined) set({ content: indented });
  };
  return (
    <SpaceBetween size="xs">
      <FormField label={t.payload}>
        <Select
          ariaLabel={t.payload}
          selectedOption={MODES.find(each => each.value === written.mode) ?? null}
          options={MODES}
          onChange={event => {
            const mode = event.detail.selectedOption.value as Mode;
            const emptied = mode === 'file' || written.mode === 'file';
            set({ mode, ...(emptied ? { content: '', fileName: '' } : {}) });
          }}
        />
      </FormField>
      {written.mode === 'file' ? (
        <FormField errorText={problems.content}>
          <SpaceBetween size="xs" direction="horizontal" alignItems="center">
            <FileInput value={file} onChange={event => void choose(event.detail.value)}>
              {t.file}
            </FileInput>
            <span className="wrap">{written.fileName ? t.fileChosen(written.fileName, size(bytes)) : t.noFile}</span>
          </SpaceBetween>
        </FormField>
      ) : (
        <FormField errorText={problems.content} stretch>
          <div className="mono-input">
            <Textarea
              value={written.content}
              ariaLabel={t.modes[written.mode]}
              rows={Math.min(ROWS_MAX, Math.max(4, written.content.split('\n').length + 1))}
              spellcheck={false}
              onChange={event => set({ content: event.detail.value })}
            />
          </div>
        </FormField>
      )}
      {written.mode === 'json' && (
        <Button variant="inline-link" formAction="none" onClick={pretty}>
          {t.pretty}
        </Button>
      )}
    </SpaceBetween>
  );
}

function PropertyFields({ written, set, problems, offer }: Part) {
  return (
    <SpaceBetween size="s">
      <FormField label={t.contentType}>
        <Input
          value={written.contentType}
          placeholder="application/json"
          spellcheck={false}
          onChange={event => set({ contentType: event.detail.value })}
        />
      </FormField>
      <FormField errorText={problems.utf8}>
        <Checkbox checked={written.utf8} onChange={event => set({ utf8: event.detail.checked })}>
          {t.utf8}
        </Checkbox>
      </FormField>
      <FormField label={t.expirySeconds} errorText={problems.expiry}>
        <Input value={written.expiry} inputMode="numeric" onChange={event => set({ expiry: event.detail.value })} />
      </FormField>
      <Response written={written} set={set} problems={problems} offer={offer} />
      <FormField label={t.alias} description={t.aliasHow(offer?.topicAliasMaximum)} errorText={problems.alias}>
        <Input
          value={written.alias}
          inputMode="numeric"
          disabled={offer?.topicAliasMaximum === 0}
          onChange={event => set({ alias: event.detail.value })}
        />
      </FormField>
      <FormField label={t.user} errorText={problems.user} stretch>
        <AttributeEditor<Draft['user'][number]>
          items={written.user}
          addButtonText={t.userAdd}
          removeButtonText={t.userRemoveShort}
          removeButtonAriaLabel={item => t.userRemove(item.name)}
          empty={texts.common.none}
          onAddButtonClick={() => set({ user: [...written.user, { name: '', value: '' }] })}
          onRemoveButtonClick={event => set({ user: written.user.filter((_, i) => i !== event.detail.itemIndex) })}
          definition={(['name', 'value'] as const).map(field => ({
            label: field === 'name' ? t.userName : t.userValue,
            control: (item, index) => (
              <Input
                value={item[field]}
                spellcheck={false}
                ariaLabel={field === 'name' ? t.userName : t.userValue}
                onChange={event =>
                  set({ user: written.user.map((each, i) => (i === index ? { ...each, [field]: event.detail.value } : each)) })
                }
              />
            ),
          }))}
        />
      </FormField>
    </SpaceBetween>
  );
}

/** Request and response [MQTT 5.0, 4.10]: where the answer shall go, and by what it is known. */
function Response({ written, set, problems }: Part) {
  const { subscriptions } = useStore(snapshot);
  const listening = subscriptions.some(each => each.filter === written.responseTopic);
  const correlate = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    set({ correlation: Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(''), correlationMode: 'text' });
  };
  return (
    <SpaceBetween size="xs">
      <FormField
        label={t.responseTopic}
        description={t.responseHow}
        errorText={problems.responseTopic}
      >
        <Input
          value={written.responseTopic}
          spellcheck={false}
          onChange={event => set({ responseTopic: event.detail.value })}
        />
      </FormField>
      <Button
        formAction="none"
        disabled={!written.responseTopic || listening}
        onClick={() => {
          const { identifier: _, ...options } = NEW_WANTED;
          tell('subscribe', { ...options, filter: written.responseTopic, qos: 1, identifier: undefined });
          if (!written.correlation) correlate();
        }}
      >
        {listening ? t.listening : t.listen}
      </Button>
      <FormField label={t.correlation} errorText={problems.correlation}>
        <Input
          value={written.correlation}
          spellcheck={false}
          onChange={event => set({ correlation: event.detail.value })}
        />
      </FormField>
      <Button formAction="none" onClick={correlate}>
        {t.correlationNew}
      </Button>
      {written.correlation && (
        <FormField label={t.correlationAs}>
          <Select
            selectedOption={CORRELATION_MODES.find(each => each.value === written.correlationMode) ?? null}
            options={CORRELATION_MODES}
            onChange={event => set({ correlationMode: event.detail.selectedOption.value as CorrelationMode })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
