// workload.mjs WORKLOAD …: what ours.cpp does, with @langwatch/scenario as its documentation shows it. Prints one line of JSON.
//   scripted TURNS RUNS | models TURNS RUNS AT_ONCE BASE_URL | start
import { createOpenAI } from "@ai-sdk/openai";
import * as scenario from "@langwatch/scenario";

const [workload, ...numbers] = process.argv.slice(2);
const description = "A customer waits for a parcel and wants to know when it arrives. The order number is A-1007.";
const line = "where is my parcel? the order number is A-1007";

let turn = 0;
// The last answer says so: this judge may be offered to go on in the last turn, too, and the stub goes by it.
const agent = (turns, onCall = () => {}) => {
  let own = 0;
  return {
    role: scenario.AgentRole.AGENT,
    call: async () => {
      onCall();
      const end = ++own === turns ? " That was all." : "";
      return `Your order A-1007 has left our warehouse; it should be with you on Thursday. Anything else? (${++turn})${end}`;
    },
  };
};

// Spans are made as it ships (and sent nowhere, there being no key), or not at all.
if (process.env.PEER_TRACING === "off") scenario.setupScenarioTracing({ langwatch: "disabled", advanced: { disabled: true } });

const common = { description, verbose: false };

const scripted = (number, turns, onCall) => ({
  ...common,
  name: `scripted ${number}`,
  agents: [agent(turns, onCall), scenario.userSimulatorAgent()],
  script: [...Array.from({ length: turns }, () => [scenario.user(line), scenario.agent()]).flat(), scenario.succeed()],
  maxTurns: turns,
});

const rehearsal = (number, turns, model) => ({
  ...common,
  name: `rehearsal ${number}`,
  agents: [agent(turns), scenario.userSimulatorAgent({ model }), scenario.judgeAgent({ model, criteria: ["polite", "answers"] })],
  script: [scenario.proceed()],
  maxTurns: turns,
});

async function runAll(runs, atOnce, make) {
  let next = 0;
  const lane = async () => {
    while (next < runs) {
      const result = await scenario.run(make(next++));
      if (!result.success) throw new Error(`a run did not pass: ${result.reasoning}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function measured(turns, runs, play) {
  await play(1);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  turn = 0;
  await play(runs);
  const used = process.cpuUsage(cpu);
  if (turn !== turns * runs) throw new Error(`${turn} turns instead of ${turns * runs}`);
  return { cpu_s: (used.user + used.system) / 1e6, wall_s: (performance.now() - begin) / 1e3, turns: turns * runs };
}

function firstStep() {
  const used = process.cpuUsage();
  process.stdout.write(JSON.stringify({ cpu_s: (used.user + used.system) / 1e6, resident_mb: process.memoryUsage.rss() / 2 ** 20 }) + "\n");
}

if (workload === "start") {
  await scenario.run(scripted(0, 1, firstStep));
} else {
  const [turns, runs, atOnce] = numbers.map(Number);
  let figures;
  if (workload === "scripted") {
    figures = await measured(turns, runs, (count) => runAll(count, 1, (i) => scripted(i, turns)));
  } else {
    const model = createOpenAI({ baseURL: numbers[3], apiKey: "none" }).chat("stub");
    figures = await measured(turns, runs, (count) => runAll(count, Math.min(atOnce, count), (i) => rehearsal(i, turns, model)));
  }
  process.stdout.write(JSON.stringify(figures) + "\n");
}
process.exit(0); // what it keeps open for exporting would hold the process
