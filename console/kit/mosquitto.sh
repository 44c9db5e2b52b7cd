#!/bin/sh
# Needs mosquitto-clients (Debian, Ubuntu: apt install mosquitto-clients; macOS: brew install mosquitto).
#   sh mosquitto.sh                    sends a reading, and writes it into the shadow
#   sh mosquitto.sh TOPIC [MESSAGE]    sends a message of your own
#   sh mosquitto.sh listen             prints the commands it gets, until Ctrl-C
cd "$(dirname "$0")" || exit 1
thing=@THING@
commands="devices/$thing/commands"
delta="\$aws/things/$thing/shadow/update/delta"

# Runs one of the clients as this device. Its session lives for an hour, so that commands wait for it.
device() {
  command=$1
  shift
  trust="--cafile ca.pem"
  [ -f ca.pem ] || trust=--tls-use-os-certs
  "$command" -V 5 -h @HOST@ -p @PORT@ $trust --cert device.crt --key device.key \
    -i "$thing" -c -x 3600 -k 30 -q 1 "$@"
}

explain() {
  cat >&2 <<END
The line above says why. If it speaks of
  certificates    is ca.pem this server's, is the clock right, does the server's certificate name @HOST@?
  authorization   the server refuses this device: on the server, ./thingstead refusals says by which rule
  connections     nothing answers at @HOST@:@PORT@: is the server running, does a firewall let you through?
END
}

send() {
  device mosquitto_pub -t "$1" -m "$2" && return
  explain
  exit 1
}

# Comes back after every lost connection: at first soon, then after up to a minute, never all at once.
listen() {
  wait=1
  trap 'kill "$child" 2>/dev/null; exit 0' INT TERM
  while true; do
    began=$(date +%s)
    device mosquitto_sub -v -t "$commands" -t "$delta" &
    child=$!
    wait "$child"
    explain
    [ $(($(date +%s) - began)) -lt 60 ] || wait=1
    sleep $((wait / 2 + $(od -An -N1 -tu1 /dev/urandom) % (wait + 1))) &
    child=$!
    wait "$child"
    wait=$((wait < 30 ? wait * 2 : 60))
  done
}

case "${1:-}" in
  listen) listen ;;
  "")
    send "devices/$thing/data" '{"temperature": 21.5}'
    send "\$aws/things/$thing/shadow/update" '{"state": {"reported": {"temperature": 21.5}}}'
    ;;
  *) send "$1" "${2:-{\}}" ;;
esac
