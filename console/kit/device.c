/* Sends a reading every five seconds and prints the commands it gets.
 *   cc device.c -lmosquitto -o device && ./device
 * Needs libmosquitto 2 (Debian, Ubuntu: apt install gcc libmosquitto-dev; macOS: brew install mosquitto). */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HOST "@HOST@"
#define PORT @PORT@
#define THING "@THING@"
#define DATA "devices/" THING "/data"
#define COMMANDS "devices/" THING "/commands"

enum { EVERY = 5, WAIT_MAX = 60, KEEP_ALIVE = 30, SESSION = 3600 }; /* seconds */

static volatile sig_atomic_t running = 1;
static bool connected;
static char detail[256]; /* what the library said last of an error */

static void stop(int number) {
  (void)number;
  running = 0;
}

static void on_connect(struct mosquitto *client, void *data, int code, int flags, const mosquitto_property *more) {
  (void)data, (void)flags, (void)more;
  if (code != 0) {
    fprintf(stderr, "the server refuses this device (%s): its certificate must be active and its policy must allow"
            " the client id " THING "; on the server, ./thingstead refusals says more\n", mosquitto_reason_string(code));
    return;
  }
  connected = true;
  puts("connected");
  mosquitto_subscribe(client, NULL, COMMANDS, 1);
}

static void on_message(struct mosquitto *client, void *data, const struct mosquitto_message *message) {
  (void)client, (void)data;
  printf("command: %.*s\n", message->payloadlen, (const char *)message->payload);
}

static void on_log(struct mosquitto *client, void *data, int level, const char *text) {
  (void)client, (void)data;
  if (level == MOSQ_LOG_ERR) snprintf(detail, sizeof detail, " (%s)", text);
}

/* What is wrong, and what to do about it. */
static void explain(int code) {
  if (code == MOSQ_ERR_TLS) {
    fprintf(stderr, "TLS failed%s: the server's certificate must be from ca.pem (else this is another server, or one"
            " that was set up anew), name " HOST ", and be valid now: is this device's clock right?\n", detail);
  } else if (connected || code == MOSQ_ERR_CONN_REFUSED || code == MOSQ_ERR_CONN_LOST) {
    fprintf(stderr, "the connection is lost: %s\n", mosquitto_strerror(code));
  } else {
    fprintf(stderr, "nothing answers at " HOST ":%d (%s): is the server running, does a firewall let you through?\n",
            PORT, mosquitto_strerror(code));
  }
}

static int send_reading(struct mosquitto *client) {
  char reading[64];
  int length = snprintf(reading, sizeof reading, "{\"temperature\": %.1f}", 20 + rand() % 50 / 10.0);
  return mosquitto_publish(client, NULL, DATA, length, reading, 1, false);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  srand((unsigned)(time(NULL) ^ getpid()));
  mosquitto_lib_init();
  struct mosquitto *client = mosquitto_new(THING, false, NULL);
  mosquitto_property *kept = NULL; /* commands wait for the device so long */
  mosquitto_property_add_int32(&kept, MQTT_PROP_SESSION_EXPIRY_INTERVAL, SESSION);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  const char *ca = access("ca.pem", R_OK) == 0 ? "ca.pem" : NULL;
  if (ca == NULL) mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
  if (mosquitto_tls_set(client, ca, NULL, "device.crt", "device.key", NULL) != MOSQ_ERR_SUCCESS) {
    fputs("cannot read device.crt, device.key and ca.pem: start the program in the folder of the kit\n", stderr);
    return 1;
  }
  mosquitto_connect_v5_callback_set(client, on_connect);
  mosquitto_message_callback_set(client, on_message);
  mosquitto_log_callback_set(client, on_log);

  for (int wait = 1; running; wait = wait * 2 < WAIT_MAX ? wait * 2 : WAIT_MAX) {
    time_t due = 0;
    connected = false;
    int code = mosquitto_connect_bind_v5(client, HOST, PORT, KEEP_ALIVE, NULL, kept);
    while (running && code == MOSQ_ERR_SUCCESS) {
      code = mosquitto_loop(client, 1000, 1);
      if (connected && code == MOSQ_ERR_SUCCESS && time(NULL) >= due) {
        code = send_reading(client);
        due = time(NULL) + EVERY;
        wait = 1;
      }
    }
    if (!running) break;
    explain(code);
    /* Longer and longer, and never at the same time as all the other devices. */
    usleep((useconds_t)(wait * (500000 + rand() % 1000000)));
  }
  mosquitto_disconnect(client);
  mosquitto_property_free_all(&kept);
  mosquitto_destroy(client);
  mosquitto_lib_cleanup();
  return 0;
}
