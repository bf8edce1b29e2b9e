// The data of the page; src/report/view.h of the program says what each field is.

export type Event = [
  thread: number, words: string, object: number, value: string | null, file: string, line: number, from: number, how: number,
];
export type Lock = [thread: number, object: number, first: number, end: number];
export type Wait = [thread: number, object: number, first: number, last: number, never: number, holder?: number];

export interface Row {
  n: number; event: number; thread: string; text: string; why: string; turn: boolean; repeats: boolean;
  folded: string; file: string; line: number;
}
export interface Run {
  threads: { name: string; blocked: boolean }[];
  objects: string[];
  events: Event[];
  rows: Row[];
  locks: Lock[];
  waits: Wait[];
}
export interface Place { function: string | null; file: string | null; line: number | null }
export interface Bug {
  kind: string; pattern: string; summary: string; warning: boolean; origin?: string; objects: string[];
  found_after: number; preemptions: number; trace: string | null; stack: string[]; output: string; test?: string;
  waiting?: { thread: string; object: string | null; holder: string | null; why: string; place: Place }[];
  conditions?: { name: string; evidence: string }[];
  accesses?: { thread: string; action: string; locks: string[]; stack: Place[] }[];
  unordered?: string;
  counterfactual?: { text: string; passes: boolean; tried: number };
  fixes?: { title: string; how: string; breaks: string | null; cost: string | null; diff: string | null }[];
  runs: Run[];
}
export interface Source { lines: [number, string][]; note: string }
export interface Report {
  version: number; program: string[]; verdict: string; confidence: string; mode: string; model: string; bugs: Bug[];
  sources: Record<string, Source>;
}

/** One line of a timeline: a step that matters, or any event. */
export interface Line {
  event: number;      // where it stands among the events; their number for what is never done
  thread: number; n: string; text: string; why: string; turn: boolean; repeats: boolean; folded: string;
  file: string; line: number; never: boolean;
}

export function linesOf(run: Run, all: boolean): Line[] {
  if (!all && run.rows.length > 0) {
    return run.rows.map((r) => ({
      event: r.event < 0 ? run.events.length : r.event,
      thread: Math.max(0, run.threads.findIndex((t) => t.name === r.thread)),
      n: String(r.n), text: r.text, why: r.why, turn: r.turn, repeats: r.repeats, folded: r.folded, file: r.file,
      line: r.line, never: r.event < 0,
    }));
  }
  const told = new Map(run.rows.filter((r) => r.event >= 0).map((r) => [r.event, r] as const));
  return run.events.map((e, i) => {
    const row = told.get(i);
    return {
      event: i, thread: e[0], n: row ? String(row.n) : '', text: row?.text ?? e[1], why: row?.why ?? '',
      turn: row?.turn ?? false, repeats: row?.repeats ?? false, folded: '', file: e[4], line: e[5], never: false,
    };
  });
}

/** Values of named objects when event `at` has happened; the ones that it touches are marked. */
export function valuesAt(run: Run, at: number): { name: string; value: string; now: boolean }[] {
  const values = new Map<number, string>();
  let touched = -1;
  for (let i = 0; i <= at && i < run.events.length; ++i) {
    const e = run.events[i]!;
    if (e[2] < 0 || e[3] === null) continue;
    values.delete(e[2]);
    values.set(e[2], e[3]);
    if (i === at) touched = e[2];
  }
  return [...values].reverse().map(([object, value]) => ({ name: run.objects[object] ?? '', value, now: object === touched }));
}

/** Who waits for whom after event `at`. */
export function waitsAt(run: Run, at: number): { thread: number; object: number; holder: number; never: boolean }[] {
  const end = at >= run.events.length;
  return run.waits.filter((w) => w[2] <= at + 1 && (w[4] === 1 ? at >= w[2] - 1 || end : at < w[3]) && (w[4] === 0 ? w[2] <= at : true))
    .map((w) => {
      const holds = run.locks.find((l) => l[1] === w[1] && w[1] >= 0 && l[2] <= at && at < l[3] && l[0] !== w[0]) ??
        run.locks.find((l) => l[1] === w[1] && w[1] >= 0 && l[2] <= at && at < l[3]);
      return { thread: w[0], object: w[1], holder: holds ? holds[0] : w[4] === 1 ? (w[5] ?? -1) : -1, never: w[4] === 1 };
    });
}
