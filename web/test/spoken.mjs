/** Spoken conversations for tests: a short one in which everything happens, and one as long as you like. */

const RATE = 24000;

/** A second of a tone on one side, then on the other, as WAV. */
export function wav(seconds) {
  const frames = Math.round(seconds * RATE);
  const bytes = Buffer.alloc(44 + frames * 4);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + frames * 4, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [at, value, size] of [[16, 16, 4], [20, 1, 2], [22, 2, 2], [24, RATE, 4], [28, RATE * 4, 4], [32, 4, 2], [34, 16, 2]]) bytes.writeUIntLE(value, at, size);
  bytes.write('data', 36);
  bytes.writeUInt32LE(frames * 4, 40);
  for (let at = 0; at < frames; at++) bytes.writeInt16LE(Math.round(8000 * Math.sin(at / 10)), 44 + at * 4 + (Math.floor(at / RATE) % 2) * 2);
  return bytes;
}

/** Loud where a side is voiced. */
export function peaksOf({ duration_s, user_voiced, agent_voiced }, step = 0.01) {
  const steps = Math.ceil(duration_s / step);
  const peaks = new Int8Array(steps * 4);
  [user_voiced, agent_voiced].forEach((spans, side) => {
    for (const [from, to] of spans)
      for (let at = Math.floor(from / step); at < Math.min(steps, to / step); at++) {
        const loud = 20 + ((at * 7) % 60);
        peaks.set([-loud, loud], side * steps * 2 + at * 2);
      }
  });
  return peaks;
}

const latency = (seconds) => ({ n: seconds.length, p50: seconds[0], p95: seconds[0], p99: seconds[0], max: seconds[0], average: seconds[0], censored: 0, histogram: [], seconds });

/** Greeting, question, an answer that is cut into and goes on for too long, keys, a line that nobody answers. */
function callOfAll() {
  const utterances = [
    { kind: 'speech', start_s: 2.4, end_s: 4.1, voiced: [[2.5, 4]], expect: 'respond', sent: true, text: 'I need <b>Tuesday</b>, please.', message: 1 },
    { kind: 'interruption', start_s: 7, end_s: 8.6, voiced: [[7, 8.5]], expect: 'stop', sent: true, text: 'Sorry, Thursday.', message: 3 },
    { kind: 'dtmf', start_s: 13, end_s: 13.6, voiced: [], expect: 'respond', sent: true, keys: '42#', message: 5 },
    { kind: 'speech', start_s: 15, end_s: 16, voiced: [[15, 16]], expect: 'respond', sent: true, text: 'Hello?', message: 6 },
    { kind: 'speech', start_s: 20, end_s: 20, voiced: [], expect: 'respond', sent: false, text: 'Never said' },
  ];
  const turns = [
    { start_s: 0.5, end_s: 2, voiced: [[0.5, 2]], ending: 'signal', transcript: 'Brookside Clinic.', message: 0 },
    { start_s: 5, end_s: 9.6, voiced: [[5, 6.8], [7, 9.6]], ending: 'tail_silence', transcript: 'On Tuesday I have nine fifteen, eleven forty, or two thirty in the afternoon with Dr Lindqvist', transcript_truncated: true, message: 2 },
    { start_s: 10, end_s: 12, voiced: [[10, 12]], ending: 'signal', transcript: 'Thursday it is.', told: 'Thursday, it is!', recognised: true, message: 4 },
  ];
  const call = {
    adapter: 'composed', detector: 'energy/1', recogniser: 'pocketsphinx', vocabulary: 'primed', voice: 'flite/slt', duration_s: 20, agent_closed: true, tail_silence_s: 0.6,
    utterances, turns,
    user_voiced: [[2.5, 4], [7, 8.5], [15, 16]],
    agent_voiced: [[0.5, 2], [5, 6.8], [7, 9.6], [10, 12]],
    events: [
      { time: 5.2, type: 'tool_call', name: 'find_slots', args: { day: 'Tuesday' } },
      { time: 6.1, type: 'tool_result', name: 'find_slots', result: ['9:15'] },
    ],
    interruptions: [{ utterance: 1, outcome: 'fired_after_speech', intended_s: 6.98, achieved_s: 7, agent_stopped_s: 9.6, censored: true }],
    delivery: {}, claims: { latencies: [{ name: 'asr', seconds: 0.12 }], understood: [] },
  };
  const measures = {
    user_turns: [{ utterance: 0, outcome: 'answered', agent_turn: 1, latency_s: 1 }, { utterance: 1, outcome: 'overlapped', agent_turn: 2, latency_s: 1.5 }, { utterance: 2, outcome: 'silent' }, { utterance: 3, outcome: 'held' }, { utterance: 4, outcome: 'not_sent' }],
    agent_turns: [{ turn: 0, kind: 'own_initiative' }, { turn: 1, kind: 'answer' }, { turn: 2, kind: 'answer' }],
    response: latency([1]), first_audio: latency([0.94]), interrupt: { ...latency([2]), censored: 1 },
    figures: { unanswered: { value: 1, n: 4 }, overlap_s: { value: 1.5, n: 1 }, false_interruptions: null, 'peer/9 something new': { value: 3, n: 2 } },
  };
  return { call, measures };
}

/** Turns of four seconds, one side after the other. */
function callOf(seconds) {
  const pairs = Math.floor(seconds / 8);
  const spans = (offset) => Array.from({ length: pairs }, (_, at) => [at * 8 + offset, at * 8 + offset + 3]);
  const spoken = (start) => [[start, start + 1], [start + 1.2, start + 2], [start + 2.2, start + 3]];
  const utterances = spans(0).map(([start, end], at) => ({ kind: at % 9 === 8 ? 'backchannel' : 'speech', start_s: start, end_s: end, voiced: spoken(start), expect: 'respond', sent: true, text: `Question number ${at} of a long call`, message: at * 2 }));
  const turns = spans(4).map(([start, end], at) => ({ start_s: start, end_s: end, voiced: spoken(start), ending: 'signal', transcript: `Answer number ${at} of a long call`, message: at * 2 + 1 }));
  const call = {
    adapter: 'composed', detector: 'energy/1', recogniser: '', voice: 'flite/slt', duration_s: seconds, utterances, turns, agent_closed: false, tail_silence_s: 0.6,
    user_voiced: utterances.flatMap((one) => one.voiced), agent_voiced: turns.flatMap((one) => one.voiced), events: [], interruptions: [], delivery: {}, claims: { latencies: [], understood: [] },
  };
  const measures = {
    user_turns: utterances.map((_, at) => ({ utterance: at, outcome: 'answered', agent_turn: at, latency_s: 1 })),
    agent_turns: turns.map((_, at) => ({ turn: at, kind: 'answer' })),
    response: latency(turns.map(() => 1)), first_audio: null, interrupt: null, figures: {},
  };
  return { call, measures };
}

function scenarioOf(source, id, voice, extra) {
  const spoken = [...voice.call.utterances.filter((one) => one.message !== undefined), ...voice.call.turns].sort((a, b) => a.message - b.message);
  return {
    ...source, ...extra, id, name: id, voice,
    messages: spoken.map((one) => (one.transcript === undefined ? { role: 'user', content: one.text ?? one.keys } : { role: 'assistant', content: one.transcript })),
    timings: spoken.map((one) => ({ turn: 1, start_s: one.start_s + 0.5, end_s: one.end_s + 0.5 })), // the run began half a second before the call
  };
}

export const SPOKEN = 'caller corrects the date';
export const LONG_CALL = 'a call of an hour';

/** A result with both, the sounds for `makeReport`, and the recording that lies beside. */
export function spokenReport(sample) {
  const source = sample.scenarios.find((one) => one.outcome === 'failed');
  const all = callOfAll();
  const hour = callOf(3600);
  const checks = [
    { kind: 'interruption', passed: false, expected: { stops_within: 0.8 }, found: { max: 2 }, where: { message: 2, time_s: 7.5 }, sentence: 'the agent went on for 2.60 s' },
    { kind: 'silence', passed: false, expected: { at_most: 2 }, found: 4, where: { message: null, time_s: 16.5 }, sentence: 'silence of 4 s' },
    { kind: 'contains', passed: true, expected: 'Thursday', found: 'Thursday it is.', where: { message: 4, time_s: 12.5 } },
  ];
  const plain = { criteria: [], checks: [], rolled_back: [], answer_s: [], latency: null, fault: null, reasoning: 'one check does not hold' };
  const first = scenarioOf(source, SPOKEN, all, { ...plain, checks, recording: 'recordings/short.wav', answer_s: [1], latency: latency([1]) });
  const second = scenarioOf(source, LONG_CALL, hour, { ...plain, outcome: 'passed', recording: 'recordings/hour.wav' });
  const third = { ...first, id: 'beside', name: 'beside' };
  const fourth = { ...first, id: 'gone', name: 'gone' };
  const scenarios = [first, second, third, fourth];
  const summary = { ...sample.summary, total: 4, passed: 1, failed: 3, error: 0, inconclusive: 0, not_run: 0 };
  const audio = wav(20);
  const sounds = [
    { sound: { kind: 'embedded', href: 'recordings/short.wav', seconds: 20, bytes: audio.length, step_s: 0.01 }, peaks: peaksOf(all.call), audio },
    { sound: { kind: 'embedded', href: 'recordings/hour.wav', seconds: 3600, bytes: 1000, step_s: 0.01 }, peaks: peaksOf(hour.call), audio: wav(1) },
    { sound: { kind: 'beside', href: 'recordings/short%20one.wav', seconds: 20, step_s: 0.01 }, peaks: peaksOf(all.call) },
    { sound: { kind: 'missing', why: 'recordings/short.wav is not there' } },
  ];
  return { result: { ...sample, summary, scenarios }, sounds, audio };
}
