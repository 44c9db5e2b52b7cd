import Checkbox from '@cloudscape-design/components/checkbox';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { api, certificateIdOf } from '../api';
import { useAsk } from '../ask';
import { Confirm } from '../Confirm';
import { CallError } from '../http';
import { Failure } from '../parts';
import { go, to } from '../router';
import { texts } from '../texts';

const t = texts.things;

/** The thing's certificates, those that it shares with other things apart. */
async function belongings(thing: string, signal?: AbortSignal) {
  const { principals } = await api.principalsOf(thing, signal);
  const certificates = principals.filter(arn => arn.includes(':cert/'));
  const own: string[] = [];
  for (const arn of certificates) {
    const { things } = await api.thingsOf(arn, signal);
    if (things.every(each => each === thing)) own.push(arn);
  }
  return { principals, own, shared: certificates.length - own.length };
}

async function unlessGone(action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (thrown) {
    if (!(thrown instanceof CallError && thrown.status === 404)) throw thrown;
  }
}

async function deleteCertificate(arn: string): Promise<void> {
  const id = certificateIdOf(arn);
  const { certificateDescription } = await api.certificate(id);
  // What is active cannot be deleted; its device is disconnected now.
  if (certificateDescription.status === 'ACTIVE') await api.setCertificate(id, 'INACTIVE');
  await api.deleteCertificate(id);
}

async function deleteShadows(thing: string): Promise<void> {
  const names = await api.shadowNames(thing);
  for (const name of names.items) await unlessGone(api.deleteShadow(thing, name));
  await unlessGone(api.deleteShadow(thing, ''));
}

/**
 * In the order in which each can be: what is attached is let go, then certificates, then shadows, so
 * that no device writes them again, the thing last. Whatever fails, it can be done again.
 */
async function remove(thing: string, certificates: boolean, shadows: boolean): Promise<void> {
  const { principals, own } = await belongings(thing);
  for (const principal of principals) await api.detachThing(thing, principal);
  if (certificates) for (const arn of own) await deleteCertificate(arn);
  if (shadows) await deleteShadows(thing);
  await api.deleteThing(thing);
  go(to(['things']));
}

/** Asks what is to go with a thing, and deletes it. */
export function DeleteThing({ thing, close }: { thing: string; close: () => void }) {
  const [certificates, setCertificates] = useState(true);
  const [shadows, setShadows] = useState(true);
  const known = useAsk(signal => belongings(thing, signal), thing);
  const own = known.data?.own.length ?? 0;
  return (
    <Confirm
      title={t.deleteTitle(thing)}
      close={close}
      action={() => remove(thing, certificates && own > 0, shadows)}
    >
      <SpaceBetween size="s">
        {t.deleteHow}
        <Failure error={known.error} retry={known.reload} />
        {!known.data && known.loading && <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>}
        {own > 0 && (
          <Checkbox checked={certificates} onChange={event => setCertificates(event.detail.checked)}>
            {t.deleteCertificates(own)}
          </Checkbox>
        )}
        {known.data && known.data.shared > 0 && t.sharedStay(known.data.shared)}
        <Checkbox checked={shadows} onChange={event => setShadows(event.detail.checked)}>
          {t.deleteShadows}
        </Checkbox>
      </SpaceBetween>
    </Confirm>
  );
}
