import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useAct } from './ask';
import { Failure } from './parts';
import { texts } from './texts';

interface Props {
  title: string;
  children: ReactNode;
  close: () => void;
  action: () => Promise<void>;
  label?: string;
}

/** Asks before something that cannot be undone, and stays when it fails. */
export function Confirm({ title, children, close, action, label = texts.common.remove }: Props) {
  const act = useAct();
  return (
    <Modal
      visible
      onDismiss={close}
      header={title}
      closeAriaLabel={texts.common.close}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={close}>
              {texts.common.cancel}
            </Button>
            <Button
              variant="primary"
              loading={act.busy}
              onClick={() =>
                act.run(async () => {
                  await action();
                  close();
                })
              }
            >
              {label}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        <Failure error={act.error} />
      </SpaceBetween>
    </Modal>
  );
}
