# The AWS SDK for Python (boto3): a device's things from the first to the last, each wrong order on the way, and the
# data plane. Prints how each step was refused. Argument: {endpoint, region, accessKey, secretKey}.
import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

given = json.loads(sys.argv[1])
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}'
OTHER = POLICY.replace("iot:*", "iot:Connect")


def client(service):
    return boto3.client(
        service,
        endpoint_url=given["endpoint"],
        region_name=given["region"],
        aws_access_key_id=given["accessKey"],
        aws_secret_access_key=given["secretKey"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def refused(what, call, **arguments):
    try:
        call(**arguments)
        print(what, "was not refused")
    except ClientError as error:
        answer = error.response
        print(what, answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])


iot = client("iot")
iot.create_thing_type(thingTypeName="kind")
iot.create_thing(thingName="t", thingTypeName="kind", attributePayload={"attributes": {"site": "north"}})
certificate = iot.create_keys_and_certificate(setAsActive=True)
arn, cert_id = certificate["certificateArn"], certificate["certificateId"]
iot.create_policy(policyName="p", policyDocument=POLICY)
iot.attach_policy(policyName="p", target=arn)
iot.attach_thing_principal(thingName="t", principal=arn)

refused("same-policy", iot.create_policy, policyName="p", policyDocument=POLICY)
refused("other-policy", iot.create_policy, policyName="p", policyDocument=OTHER)
refused("attached-policy", iot.delete_policy, policyName="p")
refused("active-certificate", iot.delete_certificate, certificateId=cert_id)
refused("unknown-certificate", iot.attach_policy, policyName="p", target=arn[:-8] + "00000000")
refused("thing-with-certificate", iot.delete_thing, thingName="t")
refused("type-in-use", iot.delete_thing_type, thingTypeName="kind")
iot.update_certificate(certificateId=cert_id, newStatus="INACTIVE")
refused("certificate-in-use", iot.delete_certificate, certificateId=cert_id)

iot.detach_thing_principal(thingName="t", principal=arn)
iot.detach_policy(policyName="p", target=arn)
iot.delete_certificate(certificateId=cert_id)
iot.delete_policy(policyName="p")
iot.delete_thing(thingName="t")
iot.deprecate_thing_type(thingTypeName="kind")
refused("type-too-soon", iot.delete_thing_type, thingTypeName="kind")
left = len(iot.list_things()["things"]) + len(iot.list_policies()["policies"]) + len(iot.list_certificates()["certificates"])
print("left", left)

data = client("iot-data")
data.publish(topic="boto/t", qos=1, retain=True, payload=b"hello")
print("retained", base64.b64encode(data.get_retained_message(topic="boto/t")["payload"]).decode())
print("topics", [each["topic"] for each in data.list_retained_messages()["retainedTopics"]])
refused("reserved-topic", data.publish, topic="$aws/things/t/jobs/notify")
update = data.update_thing_shadow(thingName="t", payload=b'{"state":{"desired":{"on":true}}}')
print("shadow", json.loads(update["payload"].read())["version"])
refused("no-shadow", data.get_thing_shadow, thingName="t", shadowName="none")
data.delete_thing_shadow(thingName="t")
refused("deleted-shadow", data.get_thing_shadow, thingName="t")
