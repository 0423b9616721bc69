"""The remote stores of the knowledge base against real servers: Chroma, and PostgreSQL with pgvector."""

import pathlib
import subprocess
import sys

import pgserver
import pytest
from conftest import free_port, wait_for

SHOP = [
    {"id": "returns", "text": "# Returns\nYou may return every item within 30 days. The refund arrives on your card after five working days.", "metadata": {"team": "desk"}},
    {"id": "shipping", "text": "# Shipping\nParcels inside the country take two days. Express parcels arrive the next morning."},
    {"id": "warranty", "text": "# Warranty\nAll machines carry a warranty of two years.\n## Receipts\nKeep the receipt of the purchase."},
]


@pytest.fixture(scope="session")
def chroma(tmp_path_factory):
    port = free_port()
    program = pathlib.Path(sys.executable).parent / "chroma"
    words = [program, "run", "--host", "127.0.0.1", "--port", str(port), "--path", tmp_path_factory.mktemp("chroma")]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat", server)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["chroma", "pgvector"])
def base(request, peer):
    target = request.getfixturevalue("chroma" if request.param == "chroma" else "postgres")
    name = f"kb_{request.node.name.split('[')[0].lower()}"[:40]
    return lambda embedder="lexical": peer(request.param, target, name, embedder)


def documents(answer):
    return [source["document"] for source in answer["sources"]]


def test_finds_what_was_loaded_GTW35(base):
    one = base()
    assert one(load=SHOP) == 3
    answer = one(ask="When does the refund of my return arrive?")
    assert documents(answer)[0] == "returns"
    assert answer["sources"][0]["heading"] == "Returns" and answer["sources"][0]["metadata"] == {"team": "desk"}
    mean = sum(source["similarity"] for source in answer["sources"]) / len(answer["sources"])
    assert abs(answer["confidence"] - mean) < 0.002
    again = base()
    assert again(load=SHOP) == 0 and documents(again(ask="refund"))[0] == "returns"


def test_changes_and_removals_hold_GTW35(base):
    one = base()
    one(load=SHOP)
    changed = [dict(SHOP[0], text="# Returns\nNothing may be returned."), SHOP[2]]
    assert one(mirror=changed) == 1
    found = one(ask="refund card parcels express")
    assert "shipping" not in documents(found) and "five working days" not in found["answer"]
    one(remove=["returns"])
    assert "returns" not in documents(one(ask="returned returns nothing"))


def test_nothing_is_found_in_an_empty_store_GTW35(base):
    assert base()(ask="anything") == {"answer": "", "confidence": 0, "sources": []}


def test_another_embedder_indexes_anew_GTW35(base, request):
    if not (pathlib.Path.home() / ".local/share/antiphon/models/minilm").exists():
        pytest.skip("make models was not run")
    base()(load=SHOP)
    other = base("minilm")
    assert other(open=True) is True
    assert documents(other(ask="How long until I get my money back?"))[0] == "returns"
    assert base("minilm")(open=True) is False


def test_odd_text_survives_GTW35(base):
    one = base()
    one(load=[{"id": "odd 'id'; DROP TABLE x; --", "text": "Grüße, „Welt“ 🎉 \\ ' \" {0} $1 \u0001"}])
    assert documents(one(ask="grüße welt"))[0] == "odd 'id'; DROP TABLE x; --"


def test_a_dead_server_is_an_error_GTW35(peer):
    assert peer("chroma", "http://127.0.0.1:1", "kb", "lexical")(ask="x")["kind"] == "refused"
    assert peer("pgvector", "host=127.0.0.1 port=1 user=x dbname=x", "kb", "lexical")(ask="x")["kind"] == "refused"
