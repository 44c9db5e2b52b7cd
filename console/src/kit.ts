import arduino from '../kit/arduino.ino?raw';
import c from '../kit/device.c?raw';
import java from '../kit/Device.java?raw';
import javascript from '../kit/device.mjs?raw';
import python from '../kit/device.py?raw';
import windows from '../kit/mosquitto.cmd?raw';
import mosquitto from '../kit/mosquitto.sh?raw';
import readme from '../kit/README.txt?raw';
import { pkcs8 } from './pem';
import { type File, zip } from './zip';

/** What a device needs to connect, and where to. */
export interface Kit {
  thing: string;
  host: string;
  port: number;
  certificate: string;
  /** Undefined when the device has made its key itself. */
  key: string | undefined;
  /** Undefined when the server's certificate is one of the user's own. */
  ca: string | undefined;
}

/** Where a device that was connected by the console speaks. */
export function topicOf(thing: string): string {
  return `devices/${thing}/data`;
}

/** Where it hears what it is to do. */
export function commandsOf(thing: string): string {
  return `devices/${thing}/commands`;
}

export const POLICY_NAME = 'device-on-its-own-topics';

/** Lets every thing be itself: connect by its name, use its own topics and its own shadow. */
export function policyOf(account: string, region: string): string {
  const arn = (resource: string) => `arn:aws:iot:${region}:${account}:${resource}`;
  const name = '${iot:Connection.Thing.ThingName}';
  return JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ConnectAsItself',
          Effect: 'Allow',
          Action: 'iot:Connect',
          Resource: arn(`client/${name}`),
          Condition: { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } },
        },
        {
          Sid: 'SpeakAndHear',
          Effect: 'Allow',
          Action: ['iot:Publish', 'iot:Receive', 'iot:RetainPublish'],
          Resource: [arn(`topic/devices/${name}/*`), arn(`topic/$aws/things/${name}/*`)],
        },
        {
          Sid: 'Listen',
          Effect: 'Allow',
          Action: 'iot:Subscribe',
          Resource: [arn(`topicfilter/devices/${name}/*`), arn(`topicfilter/$aws/things/${name}/*`)],
        },
      ],
    },
    null,
    2,
  );
}

export type Language = 'mosquitto' | 'python' | 'javascript' | 'java' | 'c' | 'arduino';

interface Sample {
  title: string;
  /** Within the kit's folder. */
  file: string;
  /** What has to be there first. */
  needs: string;
  /** What to type in that folder, and on Windows if it is something else. */
  run: string;
  windows?: string;
  mode?: number;
  program: string;
}

const PAHO = 'org.eclipse.paho.mqttv5.client';
const PAHO_VERSION = '1.2.5';

/** Programs for a device: each a file that can be read and run, with `@NAMES@` to fill in. */
export const SAMPLES: Record<Language, Sample> = {
  mosquitto: {
    title: 'mosquitto',
    file: 'mosquitto.sh',
    needs: 'mosquitto-clients (Debian, Ubuntu: apt install mosquitto-clients; macOS: brew install mosquitto)',
    run: 'sh mosquitto.sh && sh mosquitto.sh listen',
    windows: 'mosquitto.cmd',
    mode: 0o755,
    program: mosquitto,
  },
  python: {
    title: 'Python',
    file: 'device.py',
    needs: 'Python 3.8 or later (Debian, Ubuntu: apt install python3-paho-mqtt, instead of pip)',
    run: 'pip install paho-mqtt && python3 device.py',
    windows: 'py -m pip install paho-mqtt && py device.py',
    program: python,
  },
  javascript: {
    title: 'JavaScript',
    file: 'device.mjs',
    needs: 'Node.js 18 or later',
    run: 'npm install mqtt && node device.mjs',
    program: javascript,
  },
  java: {
    title: 'Java',
    file: 'Device.java',
    needs: 'Java 17 or later, and Maven to fetch one library',
    run:
      `mvn dependency:copy -Dartifact=org.eclipse.paho:${PAHO}:${PAHO_VERSION} -DoutputDirectory=. &&\n` +
      `  java -cp ${PAHO}-${PAHO_VERSION}.jar Device.java`,
    windows:
      `mvn dependency:copy -Dartifact=org.eclipse.paho:${PAHO}:${PAHO_VERSION} -DoutputDirectory=. && ` +
      `java -cp ${PAHO}-${PAHO_VERSION}.jar Device.java`,
    program: java,
  },
  c: {
    title: 'C',
    file: 'device.c',
    needs: 'libmosquitto (Debian, Ubuntu: apt install gcc libmosquitto-dev; macOS: brew install mosquitto)',
    run: 'cc device.c -lmosquitto -o device && ./device',
    program: c,
  },
  arduino: {
    title: 'Arduino (ESP32)',
    file: 'arduino/arduino.ino',
    needs: 'an ESP32, and the name and password of a WiFi, which you write into the sketch',
    run: 'Open arduino/arduino.ino in the Arduino IDE; library: PubSubClient',
    program: arduino,
  },
};

/** So plain that a name needs no quotes in any of the languages. */
const PLAIN = /^[A-Za-z0-9:._-]+$/;

function filled(text: string, kit: Kit, more: Record<string, string> = {}): string {
  if (!PLAIN.test(kit.thing) || !PLAIN.test(kit.host)) throw new Error(`no name for a device or a host: ${kit.thing}, ${kit.host}`);
  const values: Record<string, string> = { HOST: kit.host, PORT: String(kit.port), THING: kit.thing, ...more };
  return text.replace(/@([A-Z]+)@/g, (name, key: string) => values[key] ?? name);
}

/** A program of the kit; secrets are only in it if it cannot do without, as the sketch. */
export function programOf(language: Language, kit: Kit): string {
  return filled(SAMPLES[language].program, kit, {
    CA: kit.ca?.trim() ?? "PUT THE PEM OF YOUR SERVER CERTIFICATE'S CA HERE",
    CERTIFICATE: kit.certificate.trim(),
    KEY: kit.key?.trim() ?? "PUT THE PEM OF THE DEVICE'S KEY HERE",
  });
}

function readmeOf(kit: Kit): string {
  const runs = Object.values(SAMPLES).map(
    ({ title, needs, run, windows: other }) =>
      `  ${title}: needs ${needs}\n    ${run.replaceAll('\n', '\n    ')}\n${other ? `    Windows: ${other}\n` : ''}`,
  );
  return filled(readme, kit, {
    LINE: '='.repeat(kit.thing.length),
    KEY: kit.key
      ? 'device.key   its secret: whoever has it is the device. The server has no copy. Keep it\n' +
        '               where only the device can read it (Linux and macOS: chmod 600 device.key)'
      : 'device.key   its secret, which never left it: put the key here that you made the request with',
    RUN: runs.join('\n'),
  });
}

/** A name that is safe in any file system and shell. */
function folderOf(thing: string): string {
  return thing.replace(/[^\w.-]/g, '_');
}

/** Everything in one zip file, in a folder of the thing's name. */
export function pack(made: Kit): { name: string; content: Blob } {
  const kit = { ...made, key: made.key && pkcs8(made.key) };
  const folder = folderOf(kit.thing);
  const trust = kit.ca ? '--cafile ca.pem' : '--tls-use-os-certs';
  const files: File[] = [
    { name: 'README.txt', content: readmeOf(kit) },
    { name: 'device.crt', content: kit.certificate },
    ...(kit.key ? [{ name: 'device.key', content: kit.key, mode: 0o600 }] : []),
    ...(kit.ca ? [{ name: 'ca.pem', content: kit.ca }] : []),
    { name: 'mosquitto.cmd', content: filled(windows, kit, { TRUST: trust }).replaceAll('\n', '\r\n') },
    ...(Object.entries(SAMPLES) as [Language, Sample][]).map(([language, sample]) => ({
      name: sample.file,
      content: programOf(language, kit),
      // The sketch has the key in it.
      mode: language === 'arduino' ? 0o600 : (sample.mode ?? 0o644),
    })),
  ];
  return {
    name: `${folder}.zip`,
    content: zip(files.map(file => ({ ...file, name: `${folder}/${file.name}` }))),
  };
}
