import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { memo, useState } from 'react';
import { useStore } from '../store';
import { texts } from '../texts';
import { filterError } from '../topics';
import { line, snapshot, tell, wantedDraft } from './client';
import { identifierOf } from './draft';
import type { SubscriptionState } from './protocol';
import { QosSelect } from './QosSelect';
import { count, rate, reason } from './words';

const t = texts.mqtt;
const HANDLINGS = t.retainHandlings.map((label, value) => ({ value: String(value), label }));

export function Subscribe() {
  const draft = useStore(wantedDraft);
  const offer = useStore(line).offer;
  const [tried, setTried] = useState(false);
  const wrong = filterError(draft.filter);
  const identifier = identifierOf(draft.identifier);
  const badIdentifier = 'problem' in identifier ? identifier.problem : undefined;
  const set = (part: Partial<typeof draft>) => wantedDraft.set({ ...wantedDraft.get(), ...part });
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        setTried(wrong !== undefined);
        if (wrong || 'problem' in identifier) return;
        tell('subscribe', { ...draft, identifier: identifier.identifier });
        set({ filter: '', identifier: '' });
      }}
    >
      <SpaceBetween size="s">
        <FormField
          label={t.filter}
          constraintText={t.filterHow}
          errorText={wrong && (wrong !== 'empty' || tried) && t.filterBad[wrong]}
        >
          <div className="mono-input">
            <Input
              value={draft.filter}
              placeholder="devices/+/data"
              spellcheck={false}
              onChange={event => set({ filter: event.detail.value })}
            />
          </div>
        </FormField>
        <FormField label={t.qos}>
          <QosSelect qos={draft.qos} most={offer?.maximumQos} set={qos => set({ qos })} />
        </FormField>
        <ExpandableSection headerText={t.options}>
          <SpaceBetween size="s">
            <Checkbox checked={draft.noLocal} onChange={event => set({ noLocal: event.detail.checked })}>
              {t.noLocal}
            </Checkbox>
            <Checkbox checked={draft.retainAsPublished} onChange={event => set({ retainAsPublished: event.detail.checked })}>
              {t.retainAsPublished}
            </Checkbox>
            <FormField label={t.retainHandling}>
              <Select
                selectedOption={HANDLINGS[draft.retainHandling] ?? null}
                options={HANDLINGS}
                onChange={event => set({ retainHandling: Number(event.detail.selectedOption.value) as 0 | 1 | 2 })}
              />
            </FormField>
            <FormField
              label={t.identifier}
              description={offer?.identifiers === false ? t.identifierNone : t.identifierHow}
              errorText={badIdentifier}
            >
              <Input
                value={draft.identifier}
                inputMode="numeric"
                disabled={offer?.identifiers === false}
                onChange={event => set({ identifier: event.detail.value })}
              />
            </FormField>
          </SpaceBetween>
        </ExpandableSection>
        <Button variant="primary" formAction="submit">
          {t.subscribe}
        </Button>
      </SpaceBetween>
    </form>
  );
}

export function Subscriptions() {
  const { subscriptions } = useStore(snapshot);
  if (subscriptions.length === 0) return <Box color="text-body-secondary">{t.noSubscriptions}</Box>;
  return (
    <ul className="mqtt-subscriptions" aria-label={t.subscriptions}>
      {subscriptions.map(each => (
        <li key={each.id} className={`mqtt-colour-${each.colour}`}>
          <div className="mqtt-subscription">
            <span className="mono wrap">{each.filter}</span>
            <span className="mqtt-figures">
              {`${t.received(count(each.count))} · ${rate(each.perSecond)} · QoS\u00a0${grantedQos(each)}`}
            </span>
            <State each={each} />
          </div>
          <Buttons id={each.id} filter={each.filter} muted={each.muted} />
        </li>
      ))}
    </ul>
  );
}

function grantedQos(each: SubscriptionState): number {
  return each.state === 'granted' ? (each.answer?.code ?? each.qos) : each.qos;
}

function State({ each }: { each: SubscriptionState }) {
  switch (each.state) {
    case 'asking':
      return <StatusIndicator type="loading">{t.asking}</StatusIndicator>;
    case 'away':
      return <StatusIndicator type="pending">{t.away}</StatusIndicator>;
    case 'refused': {
      const said = each.answer?.code === undefined ? '' : reason(each.answer.code);
      return (
        <StatusIndicator type="error">
          {t.subscriptionRefused(each.answer?.reason ? `${said}: ${each.answer.reason}` : said)}
        </StatusIndicator>
      );
    }
    case 'granted':
      if (grantedQos(each) < each.qos) {
        return <StatusIndicator type="warning">{t.grantedLower(grantedQos(each))}</StatusIndicator>;
      }
      return each.muted ? <StatusIndicator type="stopped">{t.muted}</StatusIndicator> : null;
  }
}

// Not drawn again with every count.
const Buttons = memo(function Buttons({ id, filter, muted }: { id: number; filter: string; muted: boolean }) {
  return (
    <span className="mqtt-buttons">
      <Button
        variant="icon"
        iconName={muted ? 'audio-off' : 'audio-full'}
        ariaLabel={muted ? t.unmute(filter) : t.mute(filter)}
        onClick={() => tell('mute', { id, muted: !muted })}
      />
      <Button variant="icon" iconName="close" ariaLabel={t.unsubscribe(filter)} onClick={() => tell('unsubscribe', id)} />
    </span>
  );
});

