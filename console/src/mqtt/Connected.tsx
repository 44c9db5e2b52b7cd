import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { to } from '../router';
import { useStore } from '../store';
import { texts } from '../texts';
import { connect, disconnect, line, settings } from './client';
import type { Line, Offer } from './protocol';
import { count, reason, size } from './words';

const t = texts.mqtt;

const TYPES: Record<Line['state'], StatusIndicatorProps.Type> = {
  off: 'stopped',
  connecting: 'loading',
  connected: 'success',
  lost: 'warning',
  ended: 'error',
};

/** How the connection is, why it is not, and how it shall be. */
export function Connected() {
  const current = useStore(line);
  const on = current.state !== 'off' && current.state !== 'ended';
  return (
    <SpaceBetween size="s">
      <div className="mqtt-line">
        <span aria-live="polite">
          <StatusIndicator type={TYPES[current.state]}>{t.state[current.state]}</StatusIndicator>
        </span>
        {on && <span className="mono wrap">{t.as(current.clientId)}</span>}
        <Button onClick={() => (on ? disconnect() : connect(settings.get()))}>{on ? t.disconnect : t.connect}</Button>
      </div>
      <Why current={current} />
      <ExpandableSection headerText={t.connection}>
        <SpaceBetween size="m">
          <Wish />
          {current.offer && <Offered current={current} offer={current.offer} />}
          <Box variant="small">{t.stays}</Box>
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}

function Why({ current: { state, why, clientId } }: { current: Line }) {
  if (!why || state === 'connected' || state === 'off') return null;
  return (
    <Alert
      type={state === 'ended' ? 'error' : 'warning'}
      header={why.code === undefined ? t.state[state] : reason(why.code)}
      action={<Button href={to(['refusals'], { find: clientId })}>{t.toRefusals}</Button>}
    >
      {why.reason ?? (why.code === 0x8e ? t.takenOver : t.state[state])}
    </Alert>
  );
}

/** A whole number that is no less than 0 and no more than most. */
function wholeOf(text: string, most: number): number | undefined {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= most ? number : undefined;
}

const EXPIRY_MAX = 0xffff_ffff;
const KEEP_ALIVE_MAX = 65_535;

function Wish() {
  const now = useStore(settings);
  const [clientId, setClientId] = useState(now.clientId);
  const [clean, setClean] = useState(now.clean);
  const [expiry, setExpiry] = useState(String(now.expiry));
  const [keepAlive, setKeepAlive] = useState(String(now.keepAlive));
  const expirySeconds = wholeOf(expiry, EXPIRY_MAX);
  const keepAliveSeconds = wholeOf(keepAlive, KEEP_ALIVE_MAX);
  const bytes = new TextEncoder().encode(clientId).length;
  const badId = bytes < 1 || bytes > KEEP_ALIVE_MAX;
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        if (badId || expirySeconds === undefined || keepAliveSeconds === undefined) return;
        connect({ clientId, clean, expiry: expirySeconds, keepAlive: keepAliveSeconds });
      }}
    >
      <SpaceBetween size="s">
        <ColumnLayout columns={3}>
          <FormField label={t.clientId} description={t.clientIdHow} errorText={badId && t.clientIdBad}>
            <Input value={clientId} spellcheck={false} onChange={event => setClientId(event.detail.value)} />
          </FormField>
          <FormField
            label={t.expiry}
            description={t.expiryHow}
            errorText={expirySeconds === undefined && t.problems.number(0, EXPIRY_MAX)}
          >
            <Input value={expiry} inputMode="numeric" onChange={event => setExpiry(event.detail.value)} />
          </FormField>
          <FormField
            label={t.keepAlive}
            errorText={keepAliveSeconds === undefined && t.problems.number(0, KEEP_ALIVE_MAX)}
          >
            <Input value={keepAlive} inputMode="numeric" onChange={event => setKeepAlive(event.detail.value)} />
          </FormField>
        </ColumnLayout>
        <Checkbox checked={clean} onChange={event => setClean(event.detail.checked)}>
          {t.clean}
        </Checkbox>
        <Button formAction="submit">{t.reconnect}</Button>
      </SpaceBetween>
    </form>
  );
}

function Offered({ current, offer }: { current: Line; offer: Offer }) {
  const seconds = (given: number | undefined) => (given === undefined ? t.offers.asAsked : t.offers.seconds(given));
  return (
    <>
      <Box variant="h3" tagOverride="h2">{t.offer}</Box>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t.offers.session, value: current.sessionPresent ? t.offers.sessionPresent : t.offers.sessionNew },
          { label: t.offers.maximumQos, value: offer.maximumQos },
          {
            label: t.offers.packet,
            value: offer.maximumPacketSize === undefined ? t.offers.unlimited : size(offer.maximumPacketSize),
          },
          { label: t.offers.aliases, value: offer.topicAliasMaximum || t.offers.none },
          { label: t.offers.receive, value: count(offer.receiveMaximum) },
          { label: t.offers.expiry, value: seconds(offer.sessionExpiry) },
          { label: t.offers.keepAlive, value: seconds(offer.keepAlive) },
        ]}
      />
    </>
  );
}
