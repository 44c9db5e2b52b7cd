import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useAct } from './ask';
import { signIn } from './http';
import mark from './mark.svg';
import { Code, Failure } from './parts';
import { texts } from './texts';

function KeyForm({ expanded }: { expanded: boolean }) {
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecretAccessKey] = useState('');
  const act = useAct();
  return (
    <ExpandableSection headerText={texts.signIn.byKey} defaultExpanded={expanded}>
      <form
        onSubmit={event => {
          event.preventDefault();
          act.run(() => signIn({ accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() }));
        }}
      >
        <SpaceBetween size="m">
          <FormField label={texts.signIn.keyId}>
            <Input
              value={accessKeyId}
              autoComplete="username"
              spellcheck={false}
              onChange={event => setAccessKeyId(event.detail.value)}
            />
          </FormField>
          <FormField label={texts.signIn.secret} description={texts.signIn.where}>
            <Input
              type="password"
              value={secretAccessKey}
              autoComplete="current-password"
              onChange={event => setSecretAccessKey(event.detail.value)}
            />
          </FormField>
          <Failure error={act.error} />
          <Button
            variant="primary"
            formAction="submit"
            loading={act.busy}
            loadingText={texts.signIn.working}
            disabled={!accessKeyId.trim() || !secretAccessKey.trim()}
          >
            {texts.signIn.submit}
          </Button>
        </SpaceBetween>
      </form>
    </ExpandableSection>
  );
}

function Ways({ expanded }: { expanded: boolean }) {
  return (
    <SpaceBetween size="m">
      <Box variant="p">{texts.signIn.how}</Box>
      <Code>{texts.signIn.command}</Code>
      <Box variant="p">{texts.signIn.link}</Box>
      <KeyForm expanded={expanded} />
    </SpaceBetween>
  );
}

/** The page before anybody has signed in. */
export function SignInPage({ failed }: { failed: unknown }) {
  return (
    <main className="sign-in">
      <h1>
        <img src={mark} alt="" />
        {texts.name}
      </h1>
      <SpaceBetween size="l">
        <Failure error={failed} />
        <Container header={<Box variant="h2">{texts.signIn.title}</Box>}>
          <Ways expanded={false} />
        </Container>
        <Box variant="small">{texts.legal}</Box>
      </SpaceBetween>
    </main>
  );
}

/** The same over whatever is on the screen when a session has ended. */
export function SignInAgain() {
  return (
    <Modal visible header={texts.signIn.ended} closeAriaLabel={texts.common.close} disableContentPaddings={false}>
      <SpaceBetween size="m">
        <Box variant="p">{texts.signIn.endedHow}</Box>
        <Ways expanded />
      </SpaceBetween>
    </Modal>
  );
}
