/** What keeps somebody from talking, and what to do about it. */
export interface Problem {
  text: string;
  /** A token has to be given first. */
  token?: boolean;
}

const MICROPHONE: Record<string, string> = {
  NotAllowedError: 'The microphone is blocked. Allow it beside the address of this page, then call again, or call without it and type.',
  NotFoundError: 'There is no microphone. Connect one and call again, or call without it and type.',
  NotReadableError: 'The microphone is in use by another program, or does not answer. Free it and call again, or call without it and type.',
};

export function microphoneProblem(error: unknown): Problem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return { text: MICROPHONE[name] ?? `The microphone cannot be used (${name || 'unknown reason'}). Call without it and type.` };
}

export const INSECURE: Problem = {
  text: 'Browsers give pages a microphone only over https, or on this very machine (localhost). Open this page so, or call without it and type.',
};

function wait(retryAfter: string | null): string {
  const seconds = Number(retryAfter);
  return seconds > 0 ? ` Try again in ${seconds} s.` : ' Try again soon.';
}

/** Of an answer other than 200 to the question for an address. */
export function refusalProblem(status: number, message: string, retryAfter: string | null, gaveToken: boolean): Problem {
  if (status === 401) return { text: gaveToken ? 'The gateway does not take this token.' : 'This gateway takes calls with a token only. Enter it, then call again.', token: true };
  if (status === 403) return { text: 'The gateway takes no calls of this page.' };
  if (status === 404) return { text: 'The call cannot be gone on with: it is over. Call again.' };
  if (status === 429) return { text: `Too many calls came from here.${wait(retryAfter)}` };
  if (status === 503) return { text: `${message ? `${message[0]!.toUpperCase()}${message.slice(1)}.` : 'The gateway takes no calls now.'}${wait(retryAfter)}` };
  return { text: `The gateway refused the call: ${message || status}.` };
}

export const UNREACHABLE: Problem = { text: 'The gateway does not answer. Is it still running, and are you online?' };

/** Of a connection that the gateway closed without `call.ended`; null where that is no problem. */
export function closeProblem(code: number): Problem | null {
  if (code === 1000) return null;
  if (code === 1001) return { text: 'The gateway is being stopped. Please call again.' };
  if (code === 1008) return { text: 'The gateway ended the call: nobody spoke, or it took too long.' };
  if (code === 1013) return { text: 'Your connection is too slow: the agent’s voice did not get through.' };
  if (code === 1011) return { text: 'The gateway could not go on.' };
  return { text: 'The connection was lost.' };
}
