// See Arduino.h.
#pragma once
#include "WiFi.h"
#include <cstddef>
struct WiFiClientSecure : Client {
  void setCACert(const char *pem);
  void setCertificate(const char *pem);
  void setPrivateKey(const char *pem);
  int lastError(char *text, const size_t size);
};
