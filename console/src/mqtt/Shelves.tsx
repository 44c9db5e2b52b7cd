import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { useStore } from '../store';
import { texts } from '../texts';
import { accountOf, draft, keep, shelf } from './client';
import { forget, withoutTemplate, withTemplate } from './kept';
import { clock } from './words';

const t = texts.mqtt;

/** What was published, and what is published often. */
export function Shelves() {
  const { history, templates } = useStore(shelf);
  return (
    <SpaceBetween size="xs">
      <ExpandableSection headerText={`${t.templates} (${templates.length})`}>
        <Templates />
      </ExpandableSection>
      <ExpandableSection headerText={`${t.history} (${history.length})`}>
        <History />
      </ExpandableSection>
      <Box variant="small">{t.shelfWhere}</Box>
      {history.length + templates.length > 0 && (
        <Button variant="inline-link" onClick={() => shelf.set(forget(localStorage, accountOf()))}>
          {t.shelfForget}
        </Button>
      )}
    </SpaceBetween>
  );
}

function Templates() {
  const kept = useStore(shelf);
  const [name, setName] = useState('');
  const [full, setFull] = useState(false);
  return (
    <SpaceBetween size="s">
      {kept.templates.length === 0 && <Box color="text-body-secondary">{t.templatesNone}</Box>}
      <ul className="mqtt-shelf">
        {kept.templates.map(each => (
          <li key={each.name}>
            <span className="wrap">
              {each.name}
              <span className="mono wrap">{each.draft.topic}</span>
            </span>
            <Button ariaLabel={t.useNamed(each.name)} onClick={() => draft.set(each.draft)}>
              {t.use}
            </Button>
            <Button
              variant="icon"
              iconName="remove"
              ariaLabel={t.forgetNamed(each.name)}
              onClick={() => keep(withoutTemplate(kept, each.name))}
            />
          </li>
        ))}
      </ul>
      <form
        onSubmit={event => {
          event.preventDefault();
          const next = withTemplate(kept, { name: name.trim(), draft: draft.get() });
          setFull(next === undefined);
          if (!next) return;
          keep(next);
          setName('');
        }}
      >
        <SpaceBetween size="xs">
          <FormField label={t.templateName} errorText={full && t.templateFull}>
            <Input value={name} onChange={event => setName(event.detail.value)} />
          </FormField>
          <Button formAction="submit" disabled={!name.trim()}>
            {t.templateSave}
          </Button>
        </SpaceBetween>
      </form>
    </SpaceBetween>
  );
}

function History() {
  const { history } = useStore(shelf);
  if (history.length === 0) return <Box color="text-body-secondary">{t.historyNone}</Box>;
  return (
    <ul className="mqtt-shelf">
      {history.map(each => (
        <li key={`${each.at} ${each.draft.topic}`}>
          <span>
            <StatusIndicator type={each.good ? 'success' : 'error'}>{clock(each.at)}</StatusIndicator>
            <span className="mono wrap">{each.draft.topic}</span>
            <span className="wrap">{each.cut ? `${each.outcome} (${t.cut})` : each.outcome}</span>
          </span>
          <Button ariaLabel={t.useNamed(each.draft.topic)} onClick={() => draft.set(each.draft)}>
            {t.use}
          </Button>
        </li>
      ))}
    </ul>
  );
}
