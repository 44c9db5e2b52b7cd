import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { api, type Thing } from '../api';
import { useAct } from '../ask';
import { CallError } from '../http';
import { equal, type Json, textsError } from '../json';
import { Code, Failure } from '../parts';
import { texts } from '../texts';

const t = texts.things;

function written(thing: Thing): string {
  return JSON.stringify(thing.attributes ?? {}, null, 2);
}

/** What somebody writes, and the thing as it was when they began or last looked. */
interface Draft {
  text: string;
  base: Thing;
}

/** A thing's attributes; who saves on top of somebody else's change is told first. */
export function Attributes({ thing, changed }: { thing: Thing; changed: () => void }) {
  const [draft, setDraft] = useState<Draft | undefined>();
  const act = useAct();
  const invalid = draft && textsError(draft.text);
  const stale = draft !== undefined && draft.base.version !== thing.version;
  const conflict = act.error instanceof CallError && act.error.code === 'VersionConflictException';
  const same = draft && equal((draft.base.attributes ?? {}) as Json, (thing.attributes ?? {}) as Json);
  const save = async (from: Draft) => {
    try {
      await api.updateThing(thing.thingName, JSON.parse(from.text) as Record<string, string>, from.base.version);
      setDraft(undefined);
    } finally {
      // After a conflict too, so that what is there now is shown.
      changed();
    }
  };
  const close = () => {
    act.clear();
    setDraft(undefined);
  };
  const entries = Object.entries(thing.attributes ?? {});
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            draft === undefined ? (
              <Button onClick={() => setDraft({ text: written(thing), base: thing })}>{t.edit}</Button>
            ) : (
              <SpaceBetween size="xs" direction="horizontal">
                <Button onClick={close}>{texts.common.cancel}</Button>
                <Button
                  variant="primary"
                  loading={act.busy}
                  disabled={invalid !== undefined || stale}
                  onClick={() => act.run(() => save(draft))}
                >
                  {texts.common.save}
                </Button>
              </SpaceBetween>
            )
          }
        >
          {t.attributesTitle}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {!(conflict && stale) && <Failure error={act.error} />}
        {draft && stale && (
          <Alert
            type="warning"
            header={t.conflict(thing.version)}
            action={
              <SpaceBetween size="xs" direction="horizontal">
                <Button onClick={() => setDraft({ text: written(thing), base: thing })}>{t.takeTheirs}</Button>
                <Button
                  onClick={() => {
                    act.clear();
                    setDraft({ ...draft, base: thing });
                  }}
                >
                  {t.keepMine}
                </Button>
              </SpaceBetween>
            }
          >
            {same ? t.conflictElsewhere : t.conflictHow}
            {!same && <Code wrap>{written(thing)}</Code>}
          </Alert>
        )}
        {draft !== undefined ? (
          <FormField description={t.attributesHow} errorText={invalid && texts.shadow.invalid(invalid)} stretch>
            <div className="mono-input">
              <Textarea
                value={draft.text}
                rows={6}
                spellcheck={false}
                ariaLabel={t.attributesTitle}
                onChange={event => setDraft({ ...draft, text: event.detail.value })}
              />
            </div>
          </FormField>
        ) : entries.length === 0 ? (
          texts.common.none
        ) : (
          <KeyValuePairs
            columns={3}
            items={entries.map(([label, value]) => ({ label, value: <span className="wrap">{value}</span> }))}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
