// The AWS SDK for JavaScript, version 3: the connection API. Prints what each call gave, as JSON.
// Argument: {endpoint, region, accessKey, secretKey, clientId, topic}.
const {
  IoTDataPlaneClient,
  GetConnectionCommand,
  ListSubscriptionsCommand,
  SendDirectMessageCommand,
  DeleteConnectionCommand,
} = require('@aws-sdk/client-iot-data-plane');

const given = JSON.parse(process.argv[2]);
const { clientId, topic } = given;
const client = new IoTDataPlaneClient({
  endpoint: given.endpoint,
  region: given.region,
  credentials: { accessKeyId: given.accessKey, secretAccessKey: given.secretKey },
});

async function call(command) {
  const { $metadata, ...output } = await client.send(command);
  return output;
}

async function refused(command) {
  try {
    await client.send(command);
    return 'it was not refused';
  } catch (error) {
    return `${error.name} ${error.$metadata.httpStatusCode}`;
  }
}

async function main() {
  const said = {};
  said.connected = await call(new GetConnectionCommand({ clientId, includeSocketInformation: true }));
  const first = await call(new ListSubscriptionsCommand({ clientId, maxResults: 1 }));
  const { nextToken } = first;
  const rest = await call(new ListSubscriptionsCommand({ clientId, nextToken }));
  said.subscriptions = [...first.subscriptions, ...rest.subscriptions];
  said.sent = await call(
    new SendDirectMessageCommand({
      clientId,
      topic,
      payload: Buffer.from('hello'),
      confirmation: true,
      timeout: 10,
      contentType: 'text/plain',
      userProperties: JSON.stringify([{ k: 'v' }]),
    }),
  );
  said.deleted = await call(new DeleteConnectionCommand({ clientId, preventWillMessage: true }));
  said.left = await call(new GetConnectionCommand({ clientId }));
  said.away = await refused(new SendDirectMessageCommand({ clientId, topic }));
  said.unknown = await refused(new GetConnectionCommand({ clientId: 'nobody' }));
  said.invalid = await refused(new GetConnectionCommand({ clientId: '$nobody' }));
  console.log(JSON.stringify(said));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
