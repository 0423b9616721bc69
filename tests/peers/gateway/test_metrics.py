"""What the gateway tells Prometheus, and what deploy/ makes of it, by Prometheus' own tool."""

import os
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROMTOOL = os.environ["ANTIPHON_PROMTOOL"]
PEER = os.environ["ANTIPHON_GATEWAY_PEER"]

# The names are the reference's: promtool would have seconds.
STYLE = "metric names should not contain abbreviated units"


def promtool(*words, text=None, folder=ROOT):
    done = subprocess.run([PROMTOOL, *words], input=text, capture_output=True, text=True, cwd=folder, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_promtool_reads_all_metrics_and_dislikes_nothing_but_milliseconds_GTW50():
    text = subprocess.run([PEER, "metrics"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "voice_turn_latency_ms_bucket" in text
    code, said = promtool("check", "metrics", text=text)
    complaints = [line for line in said.splitlines() if line and STYLE not in line]
    assert code in (0, 3), said  # 3: read, but not as its style guide has it
    assert not complaints, complaints
    assert said.count(STYLE) == 5, said


def test_promtool_refuses_what_is_no_metric_GTW50():
    code, said = promtool("check", "metrics", text="voice_turn_latency_ms{le=200 1\n")
    assert code == 1, said


def test_the_rules_are_rules_GTW50():
    code, said = promtool("check", "rules", "deploy/prometheus/alerts.yml")
    assert code == 0, said
    assert "12 rules found" in said


def test_every_alert_fires_where_it_should_and_nowhere_else_GTW50():
    code, said = promtool("test", "rules", "deploy/prometheus/alerts.test.yml")
    assert code == 0, said


def test_every_alert_has_a_test_GTW50():
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
    tests = yaml.safe_load((ROOT / "deploy/prometheus/alerts.test.yml").read_text())["tests"]
    names = {rule["alert"] for rule in rules}
    quiet = {test["alertname"] for test in tests[0]["alert_rule_test"]}
    fired = "".join(sample["labels"] for test in tests for expr in test.get("promql_expr_test", []) for sample in expr["exp_samples"])
    assert quiet == names
    assert {name for name in names if f'alertname="{name}"' in fired} == names


def test_prometheus_takes_its_configuration_GTW64(tmp_path):
    text = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    alerts = ROOT / "deploy/prometheus/alerts.yml"
    (tmp_path / "prometheus.yml").write_text(text.replace("/etc/prometheus/alerts.yml", str(alerts)))
    code, said = promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert code == 0, said


def test_manifests_name_each_other_GTW64():
    folder = ROOT / "deploy/kubernetes"
    resources = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    assert sorted(resources) == sorted(file.name for file in folder.glob("*.yaml") if file.name != "kustomization.yaml")
    by_kind = {}
    for name in resources:
        one = yaml.safe_load((folder / name).read_text())
        assert one["apiVersion"] and one["metadata"]["name"], name
        by_kind.setdefault(one["kind"], []).append(one)
    deployment = by_kind["Deployment"][0]
    pod = deployment["spec"]["template"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    service = next(one for one in by_kind["Service"] if one["metadata"]["name"] == "antiphon-gateway")
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    container = pod["spec"]["containers"][0]
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    assert service["spec"]["ports"][0]["targetPort"] in ports
    assert by_kind["HorizontalPodAutoscaler"][0]["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    maps = {one["metadata"]["name"] for one in by_kind["ConfigMap"]}
    assert {volume["configMap"]["name"] for volume in pod["spec"]["volumes"] if "configMap" in volume} <= maps
    redis = next(variable["value"] for variable in container["env"] if variable["name"] == "REDIS_URL")
    assert any(one["metadata"]["name"] in redis for one in by_kind["Service"])


def test_compose_mounts_what_there_is_GTW64():
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    assert set(compose["services"]) == {"gateway", "redis", "prometheus", "grafana"}
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / "deploy" / source).exists(), volume
            else:
                assert source in compose["volumes"], volume
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), port
