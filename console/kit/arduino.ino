// Sends a reading every five seconds and prints the commands it gets. For an ESP32.
// Arduino IDE: Library Manager → PubSubClient (Nick O'Leary); then fill in your WiFi, and upload.
#include <PubSubClient.h>
#include <WiFi.h>
#include <WiFiClientSecure.h>
#include <time.h>

const char WIFI_NAME[] = "your network";
const char WIFI_PASSWORD[] = "its password";

const char HOST[] = "@HOST@";
const int PORT = @PORT@;
const char THING[] = "@THING@";
const char DATA[] = "devices/@THING@/data";
const char COMMANDS[] = "devices/@THING@/commands";
const unsigned long EVERY = 5000;  // milliseconds
const unsigned long WAIT_MAX = 60000;

// Whom the device trusts, who it is, and its secret.
const char CA[] = R"pem(@CA@
)pem";
const char CERTIFICATE[] = R"pem(@CERTIFICATE@
)pem";
const char KEY[] = R"pem(@KEY@
)pem";

WiFiClientSecure net;
PubSubClient client(net);
unsigned long wait = 1000;
unsigned long due = 0;

void onMessage(char *, byte *payload, unsigned int length) {
  Serial.printf("command: %.*s\n", (int)length, (const char *)payload);
}

void setup() {
  Serial.begin(115200);
  WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
  net.setCACert(CA);
  net.setCertificate(CERTIFICATE);
  net.setPrivateKey(KEY);
  configTime(0, 0, "pool.ntp.org");  // certificates are only valid at the right time
  client.setServer(HOST, PORT);
  client.setKeepAlive(30);
  client.setBufferSize(1024);
  client.setCallback(onMessage);
}

// What is wrong, and what to do about it.
void explain() {
  char tls[128] = "";
  if (client.state() == MQTT_CONNECT_UNAUTHORIZED) {
    Serial.println("the server refuses this device: on the server, ./thingstead refusals says why");
  } else if (net.lastError(tls, sizeof tls) != 0) {
    Serial.printf("TLS failed (%s): is this the right server, and does its certificate name %s?\n", tls, HOST);
  } else {
    Serial.printf("nothing answers at %s:%d: is the server running, does a firewall let you through?\n", HOST, PORT);
  }
}

void connect() {
  if (WiFi.status() != WL_CONNECTED) {
    Serial.println("waiting for the WiFi");
  } else if (time(nullptr) < 1700000000) {
    Serial.println("waiting for the time");
  } else if (client.connect(THING, nullptr, nullptr, nullptr, 0, false, nullptr, false)) {
    // The session is kept: commands wait for the device.
    Serial.println("connected");
    client.subscribe(COMMANDS, 1);
    wait = 1000;
    return;
  } else {
    explain();
  }
  // Longer and longer, and never at the same time as all the other devices.
  delay(random(wait / 2, wait * 3 / 2));
  wait = min(wait * 2, WAIT_MAX);
}

void loop() {
  if (!client.connected()) {
    connect();
    return;
  }
  client.loop();
  if ((long)(millis() - due) >= 0) {
    char reading[48];
    snprintf(reading, sizeof reading, "{\"temperature\": %.1f}", random(200, 250) / 10.0);
    client.publish(DATA, reading);
    due = millis() + EVERY;
  }
  delay(10);
}
