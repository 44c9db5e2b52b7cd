import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Textarea from '@cloudscape-design/components/textarea';
import { useEffect, useState } from 'react';
import { api, type PolicyCheck } from './api';
import { texts } from './texts';

const t = texts.policies;
const TYPING_MILLIS = 400;

interface Props {
  document: string;
  setDocument: (document: string) => void;
  setValid: (valid: boolean) => void;
}

/** A policy document; the server says what is wrong with it, or hardly meant, while one types. */
export function DocumentEditor({ document, setDocument, setValid }: Props) {
  const [check, setCheck] = useState<PolicyCheck | undefined>();
  useEffect(() => {
    const aborted = new AbortController();
    const timer = setTimeout(() => {
      api
        .checkPolicy(document, aborted.signal)
        .then(answer => {
          setCheck(answer);
          setValid(answer.valid);
        })
        // Saving will say the same.
        .catch(() => undefined);
    }, TYPING_MILLIS);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [document, setValid]);
  const place = check?.line ? ` (${t.at(check.line, check.column ?? 1)})` : '';
  return (
    <SpaceBetween size="s">
      <FormField label={t.document} errorText={check?.error && `${check.error}${place}`} stretch>
        <div className="mono-input">
          <Textarea
            value={document}
            rows={Math.min(30, Math.max(10, document.split('\n').length))}
            spellcheck={false}
            ariaLabel={t.document}
            onChange={event => setDocument(event.detail.value)}
          />
        </div>
      </FormField>
      {check?.valid &&
        (check.warnings?.length ? (
          <Alert type="warning" header={t.warnings}>
            {check.warnings.map(each => (
              <div key={`${each.statement}${each.text}`}>{`${each.statement}: ${each.text}`}</div>
            ))}
          </Alert>
        ) : (
          <StatusIndicator type="success">{t.valid}</StatusIndicator>
        ))}
    </SpaceBetween>
  );
}
