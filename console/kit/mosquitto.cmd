@echo off
rem Sends a reading, or with "listen" prints the commands the device gets. Needs https://mosquitto.org/download
cd /d "%~dp0"
set PATH=%PATH%;%ProgramFiles%\mosquitto
set OPTIONS=-V 5 -h @HOST@ -p @PORT@ @TRUST@ --cert device.crt --key device.key -i @THING@ -c -x 3600 -q 1
if "%1"=="listen" (
  mosquitto_sub %OPTIONS% -v -t devices/@THING@/commands
) else (
  mosquitto_pub %OPTIONS% -t devices/@THING@/data -m "{\"temperature\": 21.5}"
)
if errorlevel 1 echo See "When it does not connect" in README.txt
