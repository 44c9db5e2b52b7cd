// Lets a device of an own CA in at its first connection: gives it the policy of all its kind, and
// activates its certificate. A real one would look first whether the device is known and not revoked.
import { readFileSync } from 'node:fs';
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DescribeCertificateCommand,
  IoTClient,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot';

const iot = new IoTClient({});
const policyName = 'own-topics';
const policyDocument = readFileSync(new URL('own-topics-policy.json', import.meta.url), 'utf8');

export const handler = async ({ certificateId }) => {
  const { certificateDescription: certificate } =
    await iot.send(new DescribeCertificateCommand({ certificateId }));
  try {
    await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  } catch (e) {
    if (e.name !== 'ResourceAlreadyExistsException') throw e;
  }
  await iot.send(new AttachPolicyCommand({ policyName, target: certificate.certificateArn }));
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: 'ACTIVE' }));
  console.log('let in', certificateId);
};
