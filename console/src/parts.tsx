import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { Component, type ReactNode } from 'react';
import { CallError } from './http';
import { texts } from './texts';

/** An error in words: what it means, what the server said, where to read on. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const known = error instanceof CallError ? error : undefined;
  return (
    <Alert
      type="error"
      header={(known && texts.errors.codes[known.code]) ?? texts.errors.other}
      action={retry && <Button onClick={retry}>{texts.errors.retry}</Button>}
    >
      {error instanceof Error ? error.message : String(error)}
      {known && known.status >= 500 && known.requestId && (
        <Box variant="small" display="block">
          {texts.errors.request(known.requestId)}
        </Box>
      )}
    </Alert>
  );
}

/** Code to read and copy. */
export function Code({ children, wrap = false }: { children: string; wrap?: boolean }) {
  return (
    <pre className={wrap ? 'code wrap' : 'code'} tabIndex={0}>
      {children}
    </pre>
  );
}

export function Copy({ text, label = texts.common.copy }: { text: string; label?: string }) {
  return (
    <CopyToClipboard
      copyButtonText={label}
      copyErrorText={texts.errors.other}
      copySuccessText={texts.common.copied}
      textToCopy={text}
    />
  );
}

/** Text that a person copies: an id, an ARN. */
export function Id({ text }: { text: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      copyButtonAriaLabel={texts.common.copy}
      copyErrorText={texts.errors.other}
      copySuccessText={texts.common.copied}
      textToCopy={text}
    />
  );
}

/** Seconds or milliseconds since 1970, as how long ago, with the time itself on hovering. */
export function Ago({ millis }: { millis: number | undefined }) {
  if (!millis) return <>–</>;
  const time = new Date(millis);
  return (
    <time dateTime={time.toISOString()} title={time.toLocaleString()}>
      {texts.common.ago((Date.now() - millis) / 1000)}
    </time>
  );
}

/** The server has a newer console than this page is of. */
export class Outdated extends Error {}

/** Keeps a fault in one page from taking the frame away. */
export class PageGuard extends Component<{ children: ReactNode }, { fault: Error | undefined }> {
  override state: { fault: Error | undefined } = { fault: undefined };

  static getDerivedStateFromError(fault: Error): { fault: Error } {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault instanceof Outdated) {
      return (
        <Alert
          type="info"
          header={texts.errors.outdated}
          action={<Button onClick={() => location.reload()}>{texts.errors.reload}</Button>}
        >
          {texts.errors.outdatedHow}
        </Alert>
      );
    }
    return fault ? (
      <Alert type="error" header={texts.errors.page}>
        {texts.errors.pageHow}
        <Code wrap>{String(fault.stack ?? fault)}</Code>
      </Alert>
    ) : (
      this.props.children
    );
  }
}
