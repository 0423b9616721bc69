// A real agent of @livekit/agents, with a model that answers from a table: driven by our RemoteSession in livekit.test.mjs.
import { fileURLToPath } from 'node:url';
import { cli, defineAgent, llm, ServerOptions, voice } from '@livekit/agents';
import { z } from 'zod';

class BrokenStream extends llm.LLMStream {
  async run() {
    throw new Error('the model is down');
  }
}

/// FakeLLM answers what stands in its table, exactly; one text breaks it.
class Model extends voice.testing.FakeLLM {
  chat(options) {
    const last = options.chatCtx.items.at(-1);
    if (last?.type === 'message' && last.textContent === 'break') return new BrokenStream(this, { chatCtx: options.chatCtx, connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1000 } });
    return super.chat(options);
  }
}

const replies = [
  { input: 'hello', content: 'Good day.' },
  { input: 'weather in Paris', content: '', toolCalls: [{ name: 'get_weather', args: { city: 'Paris' } }] },
  { input: '"sunny in Paris"', content: 'It is sunny in Paris.' },
  { input: 'weather in Atlantis', content: '', toolCalls: [{ name: 'get_weather', args: { city: 'Atlantis' } }] },
  { input: 'no such city', content: 'I do not know that city.' },
];

export default defineAgent({
  entry: async (ctx) => {
    const dispatch = process.env.LK_SIMULATOR_DISPATCH;
    if (dispatch) ctx.job.attributes['lk.simulator.dispatch'] = dispatch;
    const session = new voice.AgentSession({ llm: new Model(replies) });
    const agent = new voice.Agent({
      id: 'front-desk',
      instructions: 'Be kind.',
      tools: {
        get_weather: llm.tool({
          description: 'The weather of a city',
          parameters: z.object({ city: z.string() }),
          execute: async ({ city }) => {
            if (city === 'Atlantis') throw new llm.ToolError('no such city');
            return `sunny in ${city}`;
          },
        }),
      },
    });
    await session.start({ agent, room: ctx.room, record: false });
  },
  onSimulationEnd: async (sim) => {
    const wanted = sim.userdata();
    if (wanted.veto) sim.fail(wanted.veto);
  },
});

cli.runApp(new ServerOptions({ agent: fileURLToPath(import.meta.url) }));
