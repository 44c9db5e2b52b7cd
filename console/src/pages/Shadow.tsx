import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useEffect, useState } from 'react';
import { api, type Shadow } from '../api';
import { useAct, useAsk } from '../ask';
import { CallError } from '../http';
import { difference, type JsonObject, leaves, objectError, times } from '../json';
import { listen } from '../live';
import { Ago, Code, Failure } from '../parts';
import { texts } from '../texts';

const NEW = '/new';

/** The shadows of a thing: which one, and its document. */
export function ShadowTab({ thing }: { thing: string }) {
  const names = useAsk(signal => api.shadowNames(thing, signal), thing);
  const [chosen, setChosen] = useState('');
  const [added, setAdded] = useState('');
  const name = chosen === NEW ? added.trim() : chosen;
  const choices = [
    { value: '', label: texts.shadow.classic },
    ...(names.data?.items ?? []).map(each => ({ value: each, label: each })),
    { value: NEW, label: texts.shadow.add },
  ];
  return (
    <SpaceBetween size="l">
      <Failure error={names.error} retry={names.reload} />
      <ColumnLayout columns={2}>
        <FormField label={texts.shadow.which}>
          <Select
            selectedOption={choices.find(each => each.value === chosen) ?? { value: chosen, label: chosen }}
            options={choices}
            onChange={event => setChosen(event.detail.selectedOption.value ?? '')}
          />
        </FormField>
        {chosen === NEW && (
          <FormField label={texts.shadow.addName}>
            <Input value={added} spellcheck={false} onChange={event => setAdded(event.detail.value)} />
          </FormField>
        )}
      </ColumnLayout>
      {(chosen !== NEW || name !== '') && (
        <Document
          key={`${thing}/${name}`}
          thing={thing}
          name={name}
          namesChanged={() => {
            names.reload();
            setChosen(name);
          }}
        />
      )}
    </SpaceBetween>
  );
}

async function read(thing: string, name: string, signal: AbortSignal): Promise<Shadow | null> {
  try {
    return await api.shadow(thing, name, signal);
  } catch (thrown) {
    if (thrown instanceof CallError && thrown.status === 404) return null;
    throw thrown;
  }
}

function pretty(part: JsonObject | undefined): string {
  return JSON.stringify(part ?? {}, null, 2);
}

function Document({ thing, name, namesChanged }: { thing: string; name: string; namesChanged: () => void }) {
  const asked = useAsk(signal => read(thing, name, signal), `${thing}/${name}`);
  const { reload } = asked;
  useEffect(() => {
    const base = name ? `$aws/things/${thing}/shadow/name/${name}` : `$aws/things/${thing}/shadow`;
    const stops = ['update/accepted', 'delete/accepted'].map(end => listen(`${base}/${end}`, reload));
    return () => stops.forEach(stop => stop());
  }, [thing, name, reload]);
  if (asked.data === undefined) {
    return asked.error ? (
      <Failure error={asked.error} retry={asked.reload} />
    ) : (
      <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
    );
  }
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error} retry={asked.reload} />
      <Editor
        thing={thing}
        name={name}
        shadow={asked.data}
        changed={() => {
          reload();
          namesChanged();
        }}
      />
      {asked.data && <Values shadow={asked.data} />}
    </SpaceBetween>
  );
}

interface Draft {
  version: number;
  desired: string;
  reported: string;
}

interface EditorProps {
  thing: string;
  name: string;
  shadow: Shadow | null;
  changed: () => void;
}

function Editor({ thing, name, shadow, changed }: EditorProps) {
  const version = shadow?.version ?? 0;
  const current: Draft = { version, desired: pretty(shadow?.state.desired), reported: pretty(shadow?.state.reported) };
  const [draft, setDraft] = useState<Draft | undefined>();
  const act = useAct();
  const shown = draft ?? current;
  const errors = { desired: objectError(shown.desired), reported: objectError(shown.reported) };
  const dirty = draft !== undefined && (draft.desired !== current.desired || draft.reported !== current.reported);
  const stale = draft !== undefined && draft.version !== version && dirty;

  const save = async () => {
    const state: JsonObject = {};
    for (const part of ['desired', 'reported'] as const) {
      const patch = difference(shadow?.state[part] ?? {}, JSON.parse(shown[part]) as JsonObject);
      if (patch) state[part] = patch;
    }
    await api.updateShadow(thing, name, { state, ...(version > 0 && { version }) });
    setDraft(undefined);
    changed();
  };
  const remove = async () => {
    await api.deleteShadow(thing, name);
    setDraft(undefined);
    changed();
  };

  const field = (part: 'desired' | 'reported', label: string, how: string) => (
    <FormField label={label} description={how} errorText={errors[part] && texts.shadow.invalid(errors[part])} stretch>
      <div className="mono-input">
        <Textarea
          value={shown[part]}
          rows={10}
          spellcheck={false}
          ariaLabel={label}
          onChange={event => setDraft({ ...shown, [part]: event.detail.value })}
        />
      </div>
    </FormField>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={shadow ? `(${texts.shadow.version(version)})` : ''}
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              {shadow && !dirty && (
                <Button loading={act.busy} onClick={() => act.run(remove)}>
                  {texts.shadow.remove}
                </Button>
              )}
              {dirty && <Button onClick={() => setDraft(undefined)}>{texts.shadow.discard}</Button>}
              <Button
                variant="primary"
                loading={act.busy}
                disabled={!dirty || errors.desired !== undefined || errors.reported !== undefined}
                onClick={() => act.run(save)}
              >
                {texts.shadow.save}
              </Button>
            </SpaceBetween>
          }
        >
          {name || texts.shadow.classic}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={act.error} />
        {!shadow && <Box>{texts.shadow.none}</Box>}
        {stale && (
          <Alert type="warning" header={texts.shadow.changed}>
            {texts.shadow.changedHow}
          </Alert>
        )}
        <ColumnLayout columns={2}>
          {field('desired', texts.shadow.desired, texts.shadow.desiredHow)}
          {field('reported', texts.shadow.reported, texts.shadow.reportedHow)}
        </ColumnLayout>
        {shadow && (
          <FormField label={texts.shadow.delta} description={texts.shadow.deltaHow} stretch>
            {shadow.state.delta ? (
              <Code wrap>{pretty(shadow.state.delta)}</Code>
            ) : (
              <StatusIndicator type="success">{texts.shadow.noDelta}</StatusIndicator>
            )}
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** Each value as desired and as reported, with the time of either. */
function Values({ shadow }: { shadow: Shadow }) {
  const desired = new Map(leaves(shadow.state.desired).map(leaf => [leaf.path, leaf.value]));
  const reported = new Map(leaves(shadow.state.reported).map(leaf => [leaf.path, leaf.value]));
  const desiredAt = times(shadow.metadata?.desired);
  const reportedAt = times(shadow.metadata?.reported);
  const rows = [...new Set([...desired.keys(), ...reported.keys()])].sort().map(path => ({
    path,
    desired: desired.get(path),
    desiredAt: desiredAt.get(path),
    reported: reported.get(path),
    reportedAt: reportedAt.get(path),
  }));
  const written = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value));
  const at = (seconds: number | undefined) => <Ago millis={seconds && seconds * 1000} />;
  return (
    <Table
      header={<Header variant="h2">{texts.shadow.values}</Header>}
      items={rows}
      trackBy="path"
      wrapLines
      columnDefinitions={[
        { id: 'path', header: texts.shadow.key, isRowHeader: true, cell: row => <span className="mono">{row.path}</span> },
        { id: 'desired', header: texts.shadow.desired, cell: row => <span className="mono">{written(row.desired)}</span> },
        { id: 'desiredAt', header: texts.shadow.times, cell: row => at(row.desiredAt) },
        { id: 'reported', header: texts.shadow.reported, cell: row => <span className="mono">{written(row.reported)}</span> },
        { id: 'reportedAt', header: texts.shadow.times, cell: row => at(row.reportedAt) },
      ]}
    />
  );
}
