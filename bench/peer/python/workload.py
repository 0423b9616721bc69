"""workload.py WORKLOAD …: what ours.cpp does, with langwatch-scenario as its documentation shows it. Prints one line of JSON.
scripted TURNS RUNS | models TURNS RUNS AT_ONCE BASE_URL | start
"""
import asyncio
import json
import os
import sys
import time

import scenario

DESCRIPTION = "A customer waits for a parcel and wants to know when it arrives. The order number is A-1007."
LINE = "where is my parcel? the order number is A-1007"
turn = 0


class Agent(scenario.AgentAdapter):
    def __init__(self, on_call=None):
        self.on_call = on_call

    async def call(self, input):
        global turn
        turn += 1
        if self.on_call:
            self.on_call()
        return f"Your order A-1007 has left our warehouse; it should be with you on Thursday. Anything else? ({turn})"


async def scripted(number, turns, on_call=None):
    script = [step for _ in range(turns) for step in (scenario.user(LINE), scenario.agent())]
    return await scenario.arun(name=f"scripted {number}", description=DESCRIPTION, verbose=False, max_turns=turns,
                               agents=[Agent(on_call), scenario.UserSimulatorAgent(model="openai/stub", api_key="none")],
                               script=[*script, scenario.succeed()])


async def rehearsal(number, turns, base_url):
    model = {"model": "openai/stub", "api_base": base_url, "api_key": "none"}
    return await scenario.arun(name=f"rehearsal {number}", description=DESCRIPTION, verbose=False, max_turns=turns,
                               agents=[Agent(), scenario.UserSimulatorAgent(**model), scenario.JudgeAgent(criteria=["polite", "answers"], **model)])


async def run_all(runs, at_once, make):
    numbers = iter(range(runs))

    async def lane():
        for number in numbers:
            result = await make(number)
            if not result.success:
                sys.exit(f"a run did not pass: {result.reasoning}")

    await asyncio.gather(*(lane() for _ in range(at_once)))


async def measured(turns, runs, at_once, make):
    global turn
    await run_all(1, 1, lambda number: make(number, min(turns, 20)))
    turn, begin, cpu = 0, time.perf_counter(), time.process_time()
    await run_all(runs, min(at_once, runs), make)
    figures = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - begin, "turns": turns * runs}
    if turn != turns * runs:
        sys.exit(f"{turn} turns instead of {turns * runs}")
    print(json.dumps(figures), flush=True)


def first_step():
    with open("/proc/self/status", encoding="ascii") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    print(json.dumps({"cpu_s": time.process_time(), "resident_mb": resident / 1024}), flush=True)


def main(workload, *numbers):
    if workload == "start":
        asyncio.run(scripted(0, 1, first_step))
    elif workload == "scripted":
        turns, runs = map(int, numbers[:2])
        asyncio.run(measured(turns, runs, 1, lambda number, turns=turns: scripted(number, turns)))
    else:
        turns, runs, at_once = map(int, numbers[:3])
        asyncio.run(measured(turns, runs, at_once, lambda number, turns=turns: rehearsal(number, turns, numbers[3])))
    os._exit(0)  # threads that export would hold the process


main(*sys.argv[1:])
