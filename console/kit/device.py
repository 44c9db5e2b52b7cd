"""Sends a reading every five seconds, prints the commands it gets and obeys its shadow.

Needs paho-mqtt 1.6 or later: pip install paho-mqtt (Debian, Ubuntu: apt install python3-paho-mqtt)
"""
import json
import os
import random
import signal
import ssl
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HOST, PORT, THING = "@HOST@", @PORT@, "@THING@"
DATA, COMMANDS = f"devices/{THING}/data", f"devices/{THING}/commands"
SHADOW = f"$aws/things/{THING}/shadow/update"
EVERY, WAIT_MAX, SESSION = 5, 60, 3600  # seconds

running = True


def stop(*_):
    global running
    running = False


def on_connect(client, userdata, flags, reason, properties):
    if reason.value >= 0x80:
        say(f"the server refuses this device ({reason}): its certificate must be active and its policy"
            f" must allow the client id {THING}; on the server, ./thingstead refusals says more")
        return
    say("connected")
    client.subscribe([(COMMANDS, 1), (SHADOW + "/delta", 1)])


def on_message(client, userdata, message):
    text = message.payload.decode(errors="replace")
    if message.topic == COMMANDS:
        say("command: " + text)
    else:  # it is now as was wished: say so
        wished = json.loads(text)["state"]
        say(f"shadow: {wished}")
        client.publish(SHADOW, json.dumps({"state": {"reported": wished}}), qos=1)


def reason_of(error):
    """What is wrong, and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in (9, 10):  # not yet, or no longer
            return "the server's certificate is not valid at this time: set this device's clock"
        if error.verify_code in (62, 64):  # name, address
            return f"the server's certificate does not name {HOST}: start the server with --host {HOST}"
        return "the server's certificate is not from ca.pem: another server, or one that was set up anew"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error}"
    return f"nothing answers at {HOST}:{PORT} ({error}): is the server running, does a firewall let you through?"


def say(text):
    print(text, file=sys.stdout, flush=True)


def make_client():
    # Version 2 of the library wants to be told which functions it calls.
    version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
    made = mqtt.Client(*version, client_id=THING, protocol=mqtt.MQTTv5)
    made.tls_set(ca_certs="ca.pem" if os.path.exists("ca.pem") else None, certfile="device.crt", keyfile="device.key")
    made.on_connect, made.on_message = on_connect, on_message
    return made


def main():
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    client = make_client()
    kept = Properties(PacketTypes.CONNECT)
    kept.SessionExpiryInterval = SESSION  # commands wait for the device so long
    wait = 1
    while running:
        due = 0
        try:
            client.connect(HOST, PORT, keepalive=30, clean_start=False, properties=kept)
            while running and client.loop(timeout=1) == mqtt.MQTT_ERR_SUCCESS:
                if client.is_connected() and time.monotonic() >= due:
                    client.publish(DATA, json.dumps({"temperature": round(random.uniform(20, 25), 1)}), qos=1)
                    due, wait = time.monotonic() + EVERY, 1
            say("the connection is lost") if running else None
        except OSError as error:
            say(reason_of(error))
        # Longer and longer, and never at the same time as all the other devices.
        until = time.monotonic() + random.uniform(wait / 2, wait * 1.5)
        while running and time.monotonic() < until:
            time.sleep(0.1)
        wait = min(wait * 2, WAIT_MAX)
    client.disconnect()


main()
