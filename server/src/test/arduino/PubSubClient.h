// See Arduino.h. After PubSubClient 2.8.
#pragma once
#include "WiFi.h"
#include <cstdint>
#define MQTT_CONNECT_UNAUTHORIZED 5
using Callback = void (*)(char *, uint8_t *, unsigned int);
struct PubSubClient {
  explicit PubSubClient(Client &client);
  PubSubClient &setServer(const char *host, uint16_t port);
  PubSubClient &setCallback(Callback callback);
  PubSubClient &setKeepAlive(uint16_t seconds);
  bool setBufferSize(uint16_t bytes);
  bool connect(const char *id, const char *user, const char *password, const char *willTopic, uint8_t willQos,
               bool willRetain, const char *willMessage, bool cleanSession);
  bool connected();
  bool loop();
  bool publish(const char *topic, const char *payload);
  bool subscribe(const char *topic, uint8_t qos);
  int state();
};
