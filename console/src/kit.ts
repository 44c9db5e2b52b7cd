import { type File, zip } from './zip';

/** What a device needs to connect, and where to. */
export interface Kit {
  thing: string;
  host: string;
  port: number;
  certificate: string;
  key: string;
  /** Undefined when the server's certificate is one of the user's own. */
  ca: string | undefined;
}

/** Where a device that was connected by the console speaks. */
export function topicOf(thing: string): string {
  return `devices/${thing}/data`;
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

/** A name that is safe in any file system and shell. */
function fileName(thing: string): string {
  return thing.replace(/[^\w.-]/g, '_');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function literal(text: string): string {
  return JSON.stringify(text);
}

export type Language = 'mosquitto' | 'python' | 'javascript' | 'java' | 'c' | 'arduino';

interface Sample {
  title: string;
  file: string;
  /** What to type in the kit's folder. */
  run: string;
  mode?: number;
  code: (kit: Kit) => string;
}

export const SAMPLES: Record<Language, Sample> = {
  mosquitto: {
    title: 'mosquitto',
    file: 'mosquitto.sh',
    run: 'sh mosquitto.sh',
    mode: 0o755,
    code: kit => `#!/bin/sh
# Sends one reading, and writes it into the shadow. Needs mosquitto-clients.
#   sh mosquitto.sh [TOPIC [MESSAGE]]
cd "$(dirname "$0")" || exit 1
thing=${quoted(kit.thing)}
send() {
  mosquitto_pub -V 5 -h ${quoted(kit.host)} -p ${kit.port} ${kit.ca ? '--cafile ca.pem' : '--tls-use-os-certs'} \\
    --cert device.crt --key device.key -i "$thing" -q 1 -t "$1" -m "$2"
}
if [ $# -gt 0 ]; then
  send "$1" "\${2:-{}}"
else
  send "devices/$thing/data" '{"temperature": 21.5}' &&
    send "\\$aws/things/$thing/shadow/update" '{"state": {"reported": {"temperature": 21.5}}}'
fi
`,
  },
  python: {
    title: 'Python',
    file: 'device.py',
    run: 'pip install paho-mqtt && python3 device.py',
    code: kit => `"""Sends a reading every five seconds and obeys its shadow. Needs: pip install "paho-mqtt>=2"."""
import json
import time

import paho.mqtt.client as mqtt

THING = ${literal(kit.thing)}
SHADOW = f"$aws/things/{THING}/shadow/update"


def on_connect(client, userdata, flags, reason, properties):
    print("connected:", reason)
    client.subscribe(SHADOW + "/delta", qos=1)


def on_message(client, userdata, message):
    wanted = json.loads(message.payload)["state"]
    print("wanted:", wanted)
    client.publish(SHADOW, json.dumps({"state": {"reported": wanted}}), qos=1)


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=THING, protocol=mqtt.MQTTv5)
client.tls_set(ca_certs=${kit.ca ? '"ca.pem"' : 'None'}, certfile="device.crt", keyfile="device.key")
client.on_connect = on_connect
client.on_message = on_message
client.connect(${literal(kit.host)}, ${kit.port})
client.loop_start()
while True:
    client.publish(${literal(topicOf(kit.thing))}, json.dumps({"temperature": 21.5}), qos=1)
    time.sleep(5)
`,
  },
  javascript: {
    title: 'JavaScript',
    file: 'device.mjs',
    run: 'npm install mqtt && node device.mjs',
    code: kit => `// Sends a reading every five seconds and obeys its shadow. Needs: npm install mqtt
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';

const thing = ${literal(kit.thing)};
const shadow = \`$aws/things/\${thing}/shadow/update\`;
const client = mqtt.connect({
  protocol: 'mqtts',
  host: ${literal(kit.host)},
  port: ${kit.port},
  protocolVersion: 5,
  clientId: thing,
  ${kit.ca ? "ca: readFileSync('ca.pem'),\n  " : ''}cert: readFileSync('device.crt'),
  key: readFileSync('device.key'),
});
client.on('connect', () => {
  console.log('connected');
  client.subscribe(\`\${shadow}/delta\`, { qos: 1 });
});
client.on('message', (topic, payload) => {
  const wanted = JSON.parse(payload).state;
  console.log('wanted:', wanted);
  client.publish(shadow, JSON.stringify({ state: { reported: wanted } }), { qos: 1 });
});
client.on('error', error => console.error(error.message));
setInterval(() => client.publish(${literal(topicOf(kit.thing))}, JSON.stringify({ temperature: 21.5 }), { qos: 1 }), 5000);
`,
  },
  java: {
    title: 'Java',
    file: 'Device.java',
    run: 'java -cp hivemq-mqtt-client-shaded.jar Device.java',
    code: kit => `// Sends a reading every five seconds. Needs com.hivemq:hivemq-mqtt-client-shaded on the class path,
// and the key and certificate as one file:
//   openssl pkcs12 -export -in device.crt -inkey device.key -passout pass:changeit -out device.p12
import com.hivemq.client.mqtt.MqttClient;
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

public class Device {
  public static void main(String[] arguments) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(new FileInputStream("device.p12"), "changeit".toCharArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, "changeit".toCharArray());

    ${
      kit.ca
        ? `KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca",
        CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream("ca.pem")));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);`
        : `TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init((KeyStore) null);`
    }

    var client = MqttClient.builder().useMqttVersion5()
        .identifier(${literal(kit.thing)})
        .serverHost(${literal(kit.host)}).serverPort(${kit.port})
        .sslConfig().keyManagerFactory(keys).trustManagerFactory(trust).applySslConfig()
        .buildBlocking();
    client.connect();
    System.out.println("connected");
    while (true) {
      client.publishWith().topic(${literal(topicOf(kit.thing))})
          .qos(com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE)
          .payload("{\\"temperature\\": 21.5}".getBytes()).send();
      Thread.sleep(5000);
    }
  }
}
`,
  },
  c: {
    title: 'C',
    file: 'device.c',
    run: 'cc device.c -lmosquitto -o device && ./device',
    code: kit => `/* Sends a reading every five seconds. Needs libmosquitto (Debian: apt install libmosquitto-dev). */
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  const char *message = "{\\"temperature\\": 21.5}";
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new(${literal(kit.thing)}, true, NULL);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  ${kit.ca ? '' : 'mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);\n  '}mosquitto_tls_set(client, ${kit.ca ? '"ca.pem"' : 'NULL'}, NULL, "device.crt", "device.key", NULL);
  int code = mosquitto_connect(client, ${literal(kit.host)}, ${kit.port}, 30);
  if (code != MOSQ_ERR_SUCCESS) {
    fprintf(stderr, "%s\\n", mosquitto_strerror(code));
    return 1;
  }
  mosquitto_loop_start(client);
  for (;;) {
    mosquitto_publish(client, NULL, ${literal(topicOf(kit.thing))}, (int)strlen(message), message, 1, false);
    sleep(5);
  }
}
`,
  },
  arduino: {
    title: 'Arduino (ESP32)',
    file: 'device.ino',
    run: 'Open device.ino in the Arduino IDE; libraries: PubSubClient',
    code: kit => `// Sends a reading every five seconds. For an ESP32; library: PubSubClient.
#include <PubSubClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>
#include <time.h>

const char *WIFI_NAME = "your network";
const char *WIFI_PASSWORD = "its password";
${kit.ca ? `const char CA[] = R"pem(${kit.ca.trim()}\n)pem";\n` : '// Put the PEM of the CA that your server certificate is from here.\nconst char CA[] = "";\n'}const char CERTIFICATE[] = R"pem(${kit.certificate.trim()}
)pem";
const char KEY[] = R"pem(${kit.key.trim()}
)pem";

WiFiClientSecure net;
PubSubClient client(net);

void setup() {
  Serial.begin(115200);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) delay(500);
  configTime(0, 0, "pool.ntp.org");  // certificates are only valid at the right time
  while (time(nullptr) < 1700000000) delay(500);
  net.setCACert(CA);
  net.setCertificate(CERTIFICATE);
  net.setPrivateKey(KEY);
  client.setServer(${literal(kit.host)}, ${kit.port});
}

void loop() {
  if (!client.connected() && !client.connect(${literal(kit.thing)})) {
    Serial.printf("not connected: %d\\n", client.state());
    delay(5000);
    return;
  }
  client.publish(${literal(topicOf(kit.thing))}, "{\\"temperature\\": 21.5}");
  for (int i = 0; i < 50; i++) {
    client.loop();
    delay(100);
  }
}
`,
  },
};

const README = (kit: Kit) => `${kit.thing}
${'='.repeat(kit.thing.length)}

Connects by MQTT over TLS to ${kit.host}:${kit.port} as the client "${kit.thing}".
It may use the topics devices/${kit.thing}/... and its shadow, and nothing else.

device.key is this device's secret: whoever has it is the device. Keep it where only the
device can read it, and nowhere else. The server has no copy.

${Object.values(SAMPLES)
  .map(sample => `${sample.title}: ${sample.run}`)
  .join('\n')}
`;

/** Everything in one zip file, in a folder of the thing's name. */
export function pack(kit: Kit): { name: string; content: Blob } {
  const folder = fileName(kit.thing);
  const files: File[] = [
    { name: 'README.txt', content: README(kit) },
    { name: 'device.crt', content: kit.certificate },
    { name: 'device.key', content: kit.key, mode: 0o600 },
    ...(kit.ca ? [{ name: 'ca.pem', content: kit.ca }] : []),
    ...Object.entries(SAMPLES).map(([language, sample]) => ({
      name: language === 'arduino' ? 'device/device.ino' : sample.file,
      content: sample.code(kit),
      // The sketch has the key in it.
      mode: language === 'arduino' ? 0o600 : (sample.mode ?? 0o644),
    })),
  ];
  return {
    name: `${folder}.zip`,
    content: zip(files.map(file => ({ ...file, name: `${folder}/${file.name}` }))),
  };
}
