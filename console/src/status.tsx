import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { texts } from './texts';

const TYPES: Record<string, StatusIndicatorProps.Type> = {
  ACTIVE: 'success',
  INACTIVE: 'stopped',
  REVOKED: 'error',
  PENDING_ACTIVATION: 'pending',
  PENDING_TRANSFER: 'pending',
  REGISTER_INACTIVE: 'stopped',
};

/** The status of a certificate or an authority, in words and colour. */
export function CertificateStatus({ status }: { status: string }) {
  return <StatusIndicator type={TYPES[status] ?? 'info'}>{texts.certificates.statuses[status] ?? status}</StatusIndicator>;
}
