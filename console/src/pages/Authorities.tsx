import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';
import { api } from '../api';
import { useAct, useAsk } from '../ask';
import { Ago, Code, Failure } from '../parts';
import { isCertificate } from '../pem';
import { CertificateStatus } from '../status';
import { texts } from '../texts';

const t = texts.authorities;

async function described(signal: AbortSignal) {
  const listed = await api.authorities(signal);
  return Promise.all(
    listed.items.map(async each => (await api.authority(each.certificateId, signal)).certificateDescription),
  );
}

export default function Authorities() {
  const [registering, setRegistering] = useState(false);
  const asked = useAsk(described, 'authorities');
  const act = useAct();
  const then = (action: () => Promise<unknown>) =>
    act.run(async () => {
      await action();
      asked.reload();
    });
  const on = (id: string, what: string) => {
    switch (what) {
      case 'activate':
        return then(() => api.setAuthority(id, { newStatus: 'ACTIVE' }));
      case 'deactivate':
        return then(() => api.setAuthority(id, { newStatus: 'INACTIVE' }));
      case 'enable':
        return then(() => api.setAuthority(id, { newAutoRegistrationStatus: 'ENABLE' }));
      case 'disable':
        return then(() => api.setAuthority(id, { newAutoRegistrationStatus: 'DISABLE' }));
      default:
        return then(() => api.deleteAuthority(id));
    }
  };
  return (
    <SpaceBetween size="l">
      <Failure error={asked.error ?? act.error} retry={asked.reload} />
      <Table
        header={
          <Header
            variant="h1"
            description={t.description}
            actions={
              <Button variant="primary" onClick={() => setRegistering(true)} disabled={registering}>
                {t.register}
              </Button>
            }
          >
            {t.title}
          </Header>
        }
        items={asked.data ?? []}
        loading={!asked.data && asked.loading}
        loadingText={texts.common.loading}
        trackBy="certificateId"
        empty={<Box textAlign="center">{t.none}</Box>}
        columnDefinitions={[
          {
            id: 'id',
            header: t.id,
            isRowHeader: true,
            cell: each => <span className="mono">{each.certificateId.slice(0, 24)}…</span>,
          },
          { id: 'status', header: t.status, cell: each => <CertificateStatus status={each.status} /> },
          {
            id: 'auto',
            header: t.automatic,
            cell: each => (each.autoRegistrationStatus === 'ENABLE' ? t.yes : t.no),
          },
          {
            id: 'made',
            header: texts.certificates.made,
            cell: each => <Ago millis={each.creationDate && each.creationDate * 1000} />,
          },
          {
            id: 'act',
            header: '',
            cell: each => (
              <ButtonDropdown
                ariaLabel={each.certificateId}
                variant="icon"
                expandToViewport
                items={[
                  each.status === 'ACTIVE'
                    ? { id: 'deactivate', text: texts.certificates.deactivate }
                    : { id: 'activate', text: texts.certificates.activate },
                  each.autoRegistrationStatus === 'ENABLE'
                    ? { id: 'disable', text: t.disable }
                    : { id: 'enable', text: t.enable },
                  { id: 'delete', text: texts.common.remove, disabled: each.status === 'ACTIVE' },
                ]}
                onItemClick={event => on(each.certificateId, event.detail.id)}
              />
            ),
          },
        ]}
      />
      {registering && (
        <Register
          close={() => setRegistering(false)}
          done={() => {
            setRegistering(false);
            asked.reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

function Register({ close, done }: { close: () => void; done: () => void }) {
  const code = useAsk(signal => api.registrationCode(signal), 'code');
  const [ca, setCa] = useState('');
  const [verification, setVerification] = useState('');
  const [automatic, setAutomatic] = useState(true);
  const act = useAct();
  const input = (label: string, value: string, set: (text: string) => void) => (
    <FormField label={label} errorText={value && !isCertificate(value) && t.bad} stretch>
      <div className="mono-input">
        <Textarea value={value} rows={5} spellcheck={false} onChange={event => set(event.detail.value)} />
      </div>
    </FormField>
  );
  return (
    <Container header={<Header variant="h2">{t.steps}</Header>}>
      <SpaceBetween size="m">
        <Failure error={code.error} retry={code.reload} />
        <Box>{t.step1}</Box>
        <Code>{`openssl ecparam -genkey -name prime256v1 -noout -out verification.key
openssl req -new -key verification.key -subj "/CN=${code.data?.registrationCode ?? '…'}" -out verification.csr`}</Code>
        <Box>{t.step2}</Box>
        <Code>{`openssl x509 -req -in verification.csr -CA ca.crt -CAkey ca.key -CAcreateserial \\
    -days 30 -sha256 -out verification.crt`}</Code>
        <Box>{t.step3}</Box>
        {input(t.ca, ca, setCa)}
        {input(t.verification, verification, setVerification)}
        <Checkbox checked={automatic} onChange={event => setAutomatic(event.detail.checked)}>
          {t.auto}
        </Checkbox>
        <Failure error={act.error} />
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            variant="primary"
            loading={act.busy}
            disabled={!isCertificate(ca) || !isCertificate(verification)}
            onClick={() =>
              act.run(async () => {
                await api.registerAuthority(ca, verification, automatic);
                done();
              })
            }
          >
            {t.submit}
          </Button>
          <Button variant="link" onClick={close}>
            {texts.common.cancel}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}
