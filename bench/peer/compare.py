"""compare.py BIN WORK [--quick] [--table FILE]: runs the same workloads with us and with the peers installed in WORK, in turn, against one stub each.

Figures are medians of several runs, each a process of its own. CPU is user and system time of that process, taken within it around the workload
(a first run warms it); memory is the peak of the whole process. The table goes to FILE as Markdown, and to standard output."""
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

LIMIT_S = 300  # of one process; a side that takes longer has not done the workload


@dataclass
class Side:
    name: str
    command: list
    environment: dict


@dataclass
class Workload:
    title: str
    arguments: list
    repeats: int
    delay_ms: int = -1  # of the stub; negative: none needed
    per_turn: bool = True


class Stub:
    def __init__(self, program, delay_ms):
        self.process = subprocess.Popen([program, str(delay_ms)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base_url = f"http://127.0.0.1:{self.process.stdout.readline().split()[1]}/v1"

    def __enter__(self):
        return self.base_url

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def clean_environment():
    """Nothing is reported to anybody, and no key is there that could be sent."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LANGWATCH", "SCENARIO", "OTEL", "OPENAI", "LITELLM"))}
    kept.update(NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", LITELLM_LOCAL_MODEL_COST_MAP="True", SCENARIO_HEADLESS="true", NO_COLOR="1", CI="1")
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        kept[proxy] = "http://127.0.0.1:9"  # whatever would leave this machine meets a closed port
    return kept


def play(side, arguments):
    """One process: what it said, with its peak memory and the time until its line was there."""
    begin = time.perf_counter()
    process = subprocess.Popen([*side.command, *map(str, arguments)], env={**clean_environment(), **side.environment}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE if side.name == "Antiphon" else subprocess.DEVNULL, text=True, cwd="/")
    watchdog = threading.Timer(LIMIT_S, process.kill)
    watchdog.start()
    line = ""
    for line in process.stdout:
        if line.startswith("{"):
            break
    seconds = time.perf_counter() - begin
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or not line.startswith("{"):
        raise RuntimeError(f"{side.name}: {' '.join(map(str, arguments))} ended with {process.returncode} after {seconds:.0f} s")
    return {**json.loads(line), "seconds": seconds, "peak_mb": used.ru_maxrss / 1024}


def measure(workload, sides, stub):
    """Samples of each side; those of a side that did not finish stay empty."""
    samples = {side.name: [] for side in sides}
    given_up = set()
    for _ in range(workload.repeats):
        for side in sides:  # in turn, so that a busy minute of the machine meets all alike
            arguments = workload.arguments
            if side.name in given_up:
                continue
            print(f"  {side.name}: {' '.join(map(str, arguments))}", file=sys.stderr, flush=True)
            try:
                if workload.delay_ms < 0:
                    samples[side.name].append(play(side, arguments))
                else:
                    with Stub(stub, workload.delay_ms) as base_url:
                        samples[side.name].append(play(side, [*arguments, base_url]))
            except RuntimeError as error:
                if side.name == "Antiphon":
                    raise
                print(f"  {error}", file=sys.stderr, flush=True)
                given_up.add(side.name)
                samples[side.name] = []
    return samples


def median(samples, value):
    return statistics.median(value(sample) for sample in samples)


def shown(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def row(title, unit, sides, samples, value):
    ours = median(samples["Antiphon"], value)
    cells = []
    for side in sides:
        if not samples[side.name]:
            cells.append("not done")
            continue
        figure = median(samples[side.name], value)
        cells.append(f"{shown(figure)} {unit}" + ("" if side.name == "Antiphon" else f" (× {shown(figure / ours)})"))
    return f"| {title} | " + " | ".join(cells) + " |"


def rows_of(workload, sides, samples):
    if workload.arguments == ["start"]:
        yield row(f"{workload.title}: wall", "ms", sides, samples, lambda s: s["seconds"] * 1e3)
        yield row(f"{workload.title}: CPU", "ms", sides, samples, lambda s: s["cpu_s"] * 1e3)
        yield row(f"{workload.title}: resident", "MB", sides, samples, lambda s: s["resident_mb"])
        return
    yield row(f"{workload.title}: CPU per turn", "ms", sides, samples, lambda s: s["cpu_s"] / s["turns"] * 1e3)
    yield row(f"{workload.title}: wall{' per turn' if workload.per_turn else ''}", "ms" if workload.per_turn else "s", sides, samples,
              lambda s: s["wall_s"] / s["turns"] * 1e3 if workload.per_turn else s["wall_s"])
    yield row(f"{workload.title}: peak memory", "MB", sides, samples, lambda s: s["peak_mb"])


def workloads(quick):
    repeats = 1 if quick else 3
    crowd, most = (5, 100) if quick else (200, 1000)
    return [
        Workload("process start to first step", ["start"], 3 if quick else 7),
        Workload("scripted, 20 turns", ["scripted", 20, 2 if quick else 10], repeats),
        Workload(f"scripted, {100 if quick else 1000:,} turns", ["scripted", 100 if quick else 1000, 1], 1),
        Workload("user and judge over HTTP, 10 turns", ["models", 10, 2 if quick else 10, 1], repeats, 0),
        Workload("user and judge over HTTP, 50 turns", ["models", 50, 1 if quick else 2, 1], repeats, 0),
        Workload(f"{crowd} at once, 10 turns, models of 200 ms", ["models", 10, crowd, crowd], 1 if quick else 2, 200, per_turn=False),
        Workload(f"{most:,} at once, 10 turns, models of 200 ms (Python: left out)", ["models", 10, most, most], 1, 200, per_turn=False),
    ]


def main(bin_folder, work, *rest):
    quick = "--quick" in rest
    node, python = ["node", f"{work}/node/workload.mjs"], [f"{work}/python/bin/python", f"{work}/workload.py"]
    sides = [Side("Antiphon", [f"{bin_folder}/bench_peer_ours"], {}), Side("Node", node, {}), Side("Node, no tracing", node, {"PEER_TRACING": "off"}),
             Side("Python", python, {})]
    lines = ["| measured | " + " | ".join(side.name for side in sides) + " |", "|---" * (len(sides) + 1) + "|"]
    for workload in workloads(quick):
        print(f"{workload.title}", file=sys.stderr, flush=True)
        title_sides = [side for side in sides if "left out" not in workload.title or not side.name.startswith("Python")]
        samples = measure(workload, title_sides, f"{bin_folder}/bench_stub_llm")
        for line in rows_of(workload, title_sides, samples):
            lines.append(line + "  |" * (len(sides) - len(title_sides)))
            print(lines[-1], flush=True)
    if "--table" in rest:
        with open(rest[rest.index("--table") + 1], "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


main(*sys.argv[1:])
