// As much of the Arduino core for the ESP32 as the kit's sketch uses, by its reference:
// enough for a compiler to check the sketch, not to run it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

using byte = uint8_t;
using std::min;

struct HardwareSerial {
  void begin(unsigned long baud);
  size_t println(const char *text);
  size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
};
extern HardwareSerial Serial;

void delay(uint32_t milliseconds);
unsigned long millis();
long random(long from, long below);
void configTime(long offset, int daylight, const char *server);
void setup();
void loop();
