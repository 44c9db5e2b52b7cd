import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useMemo, useState } from 'react';
import { Code, Copy } from '../parts';
import { bestView, imageType, prettyJson, shown, text, type View } from '../payload';
import { useStore } from '../store';
import { texts } from '../texts';
import { save } from '../zip';
import { draft, requestedAt, snapshot } from './client';
import { draftOf, replyTo } from './draft';
import type { Kept } from './message';
import { clock, size } from './words';

const t = texts.mqtt;
const VIEWS = Object.entries(t.views).map(([id, label]) => ({ id, text: label }));
/** More is not made into text: the page would stand still. */
const SHOWN_BYTES_MAX = 64 * 1024;
const JSON_BYTES_MAX = 1024 * 1024;

/** A message whole, with everything that it says of itself. */
export function MessageView({ message }: { message: Kept }) {
  const { payload, topic } = message;
  const download = () => save(topic.replace(/[^\w.-]+/g, '_') || 'message', new Blob([payload as BlobPart]));
  return (
    <Container
      header={
        <Header
          variant="h3"
          headingTagOverride="h2"
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              {message.properties.responseTopic && (
                <Button onClick={() => draft.set(replyTo(message))}>{t.reply}</Button>
              )}
              <Button onClick={() => draft.set(draftOf(message))}>{t.again}</Button>
              <Button iconName="download" ariaLabel={texts.common.download} onClick={download} />
            </SpaceBetween>
          }
        >
          <span className="mono wrap">{topic}</span>
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Facts message={message} />
        <Payload message={message} />
      </SpaceBetween>
    </Container>
  );
}

function Facts({ message }: { message: Kept }) {
  const { subscriptions } = useStore(snapshot);
  const { properties } = message;
  const filters = subscriptions.filter(each => message.subscriptions.includes(each.id)).map(each => each.filter);
  // The request itself has the same correlation data.
  const asked = properties.responseTopic ? undefined : requestedAt(properties.correlation);
  const flags = [message.retain && t.retained, message.dup && t.duplicate].filter(Boolean).join(', ');
  const items: [label: string, value: string | undefined][] = [
    [t.fields.time, `${new Date(message.at).toLocaleDateString()} ${clock(message.at)}`],
    [t.fields.qos, String(message.qos)],
    [t.fields.size, size(message.payload.length)],
    [t.fields.flags, flags || undefined],
    [t.fields.subscriptions, filters.join(', ') || undefined],
    [t.fields.contentType, properties.contentType],
    [t.fields.utf8, properties.utf8 === undefined ? undefined : properties.utf8 ? t.utf8Yes : t.utf8No],
    [t.fields.expiry, properties.expiry === undefined ? undefined : t.offers.seconds(properties.expiry)],
    [t.fields.responseTopic, properties.responseTopic],
    [t.fields.correlation, properties.correlation && bytesInWords(properties.correlation)],
    [t.fields.answers, asked === undefined ? undefined : t.millis(message.at - asked)],
    [t.fields.identifiers, chosenIdentifiers(message, subscriptions.map(each => each.identifier))],
    [t.fields.user, properties.user.map(([name, value]) => `${name}: ${value}`).join('\n') || undefined],
  ];
  const pairs: KeyValuePairsProps.Item[] = items
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => ({ label, value: <span className="wrap mqtt-lines">{value}</span> }));
  return <KeyValuePairs columns={4} items={pairs} />;
}

/** Those that a person has chosen; the page's own say nothing. */
function chosenIdentifiers(message: Kept, chosen: (number | undefined)[]): string | undefined {
  const known = message.properties.identifiers.filter(each => chosen.includes(each));
  return known.length ? known.join(', ') : undefined;
}

function bytesInWords(bytes: Uint8Array): string {
  return text(bytes) ?? shown(bytes, 'hex').slice(10, 57).trim();
}

interface Content {
  text: string;
  /** How many bytes of the payload are in it. */
  bytes: number;
}

function contentOf(payload: Uint8Array, view: Exclude<View, 'auto' | 'image'>): Content {
  // JSON that is cut is no JSON any more.
  if (view === 'json' && payload.length <= JSON_BYTES_MAX) {
    const pretty = prettyJson(payload);
    if (pretty !== undefined && pretty.length <= 4 * SHOWN_BYTES_MAX) return { text: pretty, bytes: payload.length };
  }
  const part = payload.subarray(0, SHOWN_BYTES_MAX);
  return { text: shown(part, view), bytes: part.length };
}

function Payload({ message: { payload, topic } }: { message: Kept }) {
  const [view, setView] = useState<View>('auto');
  const best = useMemo(() => bestView(payload.subarray(0, JSON_BYTES_MAX)), [payload]);
  const actual = view === 'auto' ? best : view;
  return (
    <SpaceBetween size="s">
      <SegmentedControl
        label={t.view}
        selectedId={view}
        options={VIEWS}
        onChange={event => setView(event.detail.selectedId as View)}
      />
      {payload.length === 0 ? (
        <Box color="text-body-secondary">{t.emptyPayload}</Box>
      ) : actual === 'image' ? (
        <Picture payload={payload} topic={topic} />
      ) : (
        <Written payload={payload} view={actual} isJson={best === 'json'} />
      )}
    </SpaceBetween>
  );
}

function Written({ payload, view, isJson }: { payload: Uint8Array; view: Exclude<View, 'auto' | 'image'>; isJson: boolean }) {
  const content = useMemo(() => contentOf(payload, view), [payload, view]);
  return (
    <SpaceBetween size="s">
      {view === 'json' && !isJson && <Box variant="small">{t.noJson}</Box>}
      <Code wrap={view !== 'hex'}>{content.text}</Code>
      {content.bytes < payload.length && (
        <Box variant="small">{t.cutShort(size(content.bytes), size(payload.length))}</Box>
      )}
      <Copy text={content.text} />
    </SpaceBetween>
  );
}

function Picture({ payload, topic }: { payload: Uint8Array; topic: string }) {
  const type = imageType(payload);
  const [url, setUrl] = useState<string | undefined>();
  useEffect(() => {
    if (!type) return;
    const made = URL.createObjectURL(new Blob([payload as BlobPart], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [payload, type]);
  if (!type) return <Box>{t.noImage}</Box>;
  return url ? <img className="mqtt-picture" src={url} alt={t.imageOf(topic)} /> : null;
}
