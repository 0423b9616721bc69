export const SPOKEN: string;
export const LONG_CALL: string;
export function spokenReport(sample: unknown): { result: { scenarios: unknown[] } };
