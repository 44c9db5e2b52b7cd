import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';
import { session } from '../http';
import { Code, Copy } from '../parts';
import { fingerprint } from '../pem';
import { useStore } from '../store';
import { texts } from '../texts';
import { save } from '../zip';

const t = texts.trust;

export default function Trust() {
  const ca = useStore(session)?.ca;
  return (
    <ContentLayout header={<Header variant="h1" description={t.description}>{t.title}</Header>}>
      {ca ? <OwnCa pem={ca} /> : <Alert type="info">{t.own}</Alert>}
    </ContentLayout>
  );
}

function OwnCa({ pem }: { pem: string }) {
  const [print, setPrint] = useState('');
  useEffect(() => {
    void fingerprint(pem).then(setPrint);
  }, [pem]);
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="s">
          <Box variant="p">{t.why}</Box>
          <Box variant="p">{t.check}</Box>
          <Code wrap>{print}</Code>
          <Box variant="p">{t.compare}</Box>
          <Code>openssl x509 -in data/ca.pem -noout -fingerprint -sha256</Code>
          <Button
            iconName="download"
            onClick={() => save('ca.pem', new Blob([pem], { type: 'application/x-pem-file' }))}
          >
            {t.download}
          </Button>
        </SpaceBetween>
      </Container>
      {Object.entries(t.systems).map(([id, system]) => (
        <Container key={id} header={<Header variant="h2">{system.title}</Header>}>
          <SpaceBetween size="s">
            <Box variant="p">{system.steps}</Box>
            {system.command && (
              <>
                <Code wrap>{system.command}</Code>
                <Copy text={system.command} />
              </>
            )}
          </SpaceBetween>
        </Container>
      ))}
    </SpaceBetween>
  );
}
