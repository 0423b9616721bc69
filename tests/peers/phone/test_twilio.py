"""Twilio's own library signs what the gateway checks, and reads what the gateway answers."""

import base64
import json
import xml.etree.ElementTree as tree

import pytest
import requests
import websocket
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Connect, Dial, Reject, VoiceResponse

AUTH = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voice.example"
FORM = {
    "AccountSid": "AC00000000000000000000000000000001",
    "CallSid": "CA00000000000000000000000000000001",
    "CallStatus": "ringing",
    "From": "+15550100",
    "To": "+15550199",
    "CallerName": "Ünal & Söhne",
    "SpeechResult": "a+b c%20d",
    "Empty": "",
}


@pytest.fixture
def phone(gateway):
    return gateway("--twilio", PUBLIC, AUTH)


def sign(path, form, token=AUTH, scheme="https"):
    return RequestValidator(token).compute_signature(f"{scheme}://voice.example{path}", form)


def call(phone, form=None, path="/twilio/voice", signature=None):
    form = FORM if form is None else form
    headers = {"X-Twilio-Signature": signature or sign(path, form)}
    return requests.post(phone.url(path), data=form, headers=headers, timeout=20)


def test_takes_what_twilio_signs(phone):
    reply = call(phone, path="/twilio/voice?locale=en-US&x=%2B1")
    assert reply.status_code == 200
    stream = tree.fromstring(reply.text).find("./Connect/Stream")
    assert stream.attrib["url"] == "wss://voice.example/twilio/stream"
    assert {p.attrib["name"]: p.attrib["value"] for p in stream}["caller"] == "+15550100"


def test_takes_what_the_library_signs_with_a_port_as_well(phone):
    signature = RequestValidator(AUTH).compute_signature("https://voice.example:443/twilio/voice", FORM)
    assert call(phone, signature=signature).status_code == 200


@pytest.mark.parametrize("change", ["token", "form", "path", "none"])
def test_refuses_what_it_does_not_sign(phone, change):
    signatures = {
        "token": sign("/twilio/voice", FORM, token="another"),
        "form": sign("/twilio/voice", FORM | {"From": "+15550101"}),
        "path": sign("/twilio/next", FORM),
        "none": "x",
    }
    assert call(phone, signature=signatures[change]).status_code == 403


def test_the_answer_is_what_the_library_would_write(phone):
    ours = tree.fromstring(call(phone).text)
    stream = ours.find("./Connect/Stream")
    response = VoiceResponse()
    connect = Connect(action=ours.find("./Connect").attrib["action"])
    theirs = connect.stream(url=stream.attrib["url"])
    for parameter in stream:
        theirs.parameter(name=parameter.attrib["name"], value=parameter.attrib["value"])
    response.append(connect)
    assert tree.canonicalize(response.to_xml()) == tree.canonicalize(tree.tostring(ours))


def open_stream(phone, form=None):
    reply = call(phone, form)
    stream = tree.fromstring(reply.text).find("./Connect/Stream")
    parameters = {p.attrib["name"]: p.attrib["value"] for p in stream}
    line = websocket.create_connection(
        phone.url("/twilio/stream", "ws"),
        header={"X-Twilio-Signature": RequestValidator(AUTH).compute_signature("wss://voice.example/twilio/stream", {})},
        timeout=20,
    )
    line.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    start = {
        "streamSid": "MZ1",
        "accountSid": FORM["AccountSid"],
        "callSid": FORM["CallSid"],
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }
    line.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"}))
    return line


def test_a_stream_is_greeted_in_mulaw_with_marks(phone):
    line = open_stream(phone)
    audio, marks = b"", []
    while len(marks) < 5:
        message = json.loads(line.recv())
        assert message["streamSid"] == "MZ1"
        if message["event"] == "media":
            audio += base64.b64decode(message["media"]["payload"])
        elif message["event"] == "mark":
            marks.append(message["mark"]["name"])
            line.send(json.dumps({"event": "mark", "sequenceNumber": "2", "streamSid": "MZ1", "mark": {"name": marks[-1]}}))
    assert len(audio) % 160 == 0
    assert any(byte not in (0xFF, 0x7F) for byte in audio)
    line.send(json.dumps({"event": "stop", "sequenceNumber": "3", "streamSid": "MZ1", "stop": {}}))


def test_a_stream_that_twilio_did_not_open_is_refused(phone):
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(phone.url("/twilio/stream", "ws"), timeout=20)
