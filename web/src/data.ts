// The data of the page; src/report/view.h of the program says what each field is.

export type Mark = 'lock' | 'unlock' | 'read' | 'write' | 'notify' | 'sleep' | 'other' | 'blocked' | 'fail';
export type Event = [
  thread: number, text: number, object: number, value: string | null, place: number, from: number, how: number, mark: Mark,
  old: number,
];
export type Lock = [thread: number, object: number, first: number, end: number];
export type Wait = [
  thread: number, object: number, first: number, end: number, never: number, holder: number, kind: 'lock' | 'sleep' | 'join',
];

export const kReadsFrom = 1;

export interface Row {
  n: number; event: number; at: number; thread: number; text: string; why: string; turn: boolean; repeats: boolean;
  folded: string; file: string; line: number; mark: Mark;
}
export interface Run {
  threads: string[];
  objects: string[];
  texts: string[];
  places: [string, number][];
  events: Event[];
  rows: Row[];
  locks: Lock[];
  waits: Wait[];
  unordered: [number, number] | null;
}
export interface Place { function: string | null; file: string | null; line: number | null }
export interface Fix { title: string; how: string; breaks: string | null; cost: string | null; diff: string | null }
export interface Bug {
  kind: string; pattern: string; summary: string; warning: boolean; origin?: string; objects: string[];
  found_after: number; preemptions: number; trace: string | null; stack: string[]; output: string; test?: string;
  waiting?: { thread: string; object: string | null; holder: string | null; why: string; place: Place }[];
  conditions?: { name: string; evidence: string }[];
  accesses?: { thread: string; action: string; locks: string[]; stack: Place[] }[];
  unordered?: string;
  counterfactual?: { text: string; passes: boolean; tried: number };
  fixes?: Fix[];
  runs: Run[];
}
export interface Source { lines: [number, string][]; note: string }
export interface Report {
  version: number; program: string[]; verdict: string; complete: boolean; confidence: string; mode: string; model: string;
  executions: number; seconds: number; unsupported: string; unsupported_at: string[];
  tests: { test: string; verdict: string; confidence: string }[];
  bugs: Bug[]; sources: Record<string, Source>;
}

/** One line of a timeline: a step that matters, or any event. */
export interface Line {
  event: number;      // -1 for what is no event: a thread is blocked, the program fails, a block is freed
  at: number;         // the events up to this one have happened
  thread: number; n: string; text: string; why: string; turn: boolean; repeats: boolean; folded: string;
  file: string; line: number; mark: Mark;
}

function lineOfRow(r: Row): Line {
  return { ...r, n: String(r.n) };
}

export function linesOf(run: Run, all: boolean): Line[] {
  if (!all && run.rows.length > 0) return run.rows.map(lineOfRow);
  const told = new Map(run.rows.filter((r) => r.event >= 0).map((r) => [r.event, r] as const));
  const others = run.rows.filter((r) => r.event < 0);
  const lines: Line[] = [];
  let next = 0;
  run.events.forEach((e, i) => {
    const row = told.get(i);
    const place = run.places[e[4]];
    lines.push({
      event: i, at: i, thread: e[0], n: row ? String(row.n) : '', text: row?.text ?? run.texts[e[1]] ?? '', why: row?.why ?? '',
      turn: row?.turn ?? false, repeats: row?.repeats ?? false, folded: '', file: place?.[0] ?? '', line: place?.[1] ?? 0,
      mark: e[7],
    });
    for (; next < others.length && others[next]!.at <= i; ++next) lines.push({ ...lineOfRow(others[next]!), folded: '' });
  });
  for (; next < others.length; ++next) lines.push(lineOfRow(others[next]!));
  return lines;
}

export interface Value { object: number; value: string; was: string | null; now: boolean; sees: string | null }

/** What named objects hold where a line stands; the one that its step touches is marked. */
export function valuesAt(run: Run, line: Line): Value[] {
  const values = new Map<number, Value & { touched: number }>();
  for (let i = 0; i <= line.at && i < run.events.length; ++i) {
    const [, , object, value, , , , , old] = run.events[i]!;
    if (object < 0 || value === null) continue;
    const known = values.get(object);
    const here = i === line.event;
    if (!known) {
      values.set(object, { object, value, was: null, now: here, sees: null, touched: i });
      continue;
    }
    known.touched = i;
    known.now = here;
    if (old) known.sees = here ? value : null;
    else {
      known.was = here && known.value !== value ? known.value : null;
      known.value = value;
    }
  }
  const all = [...values.values()];
  if (all.length <= kMostValues) return all;
  const newest = new Set([...all].sort((a, b) => b.touched - a.touched).slice(0, kMostValues));
  return all.filter((v) => newest.has(v));
}
export const kMostValues = 60;

export interface Held { thread: number; object: number }
export interface Waiting { thread: number; object: number; holders: number[]; never: boolean; kind: Wait[6] }

/** A wait that never ends begins, for the reader, where it is told; a sleep where the thread goes to sleep. */
export function toldRow(lines: Line[], wait: Wait): number {
  if (wait[4] !== 1 || wait[6] === 'sleep') return -1;
  for (let r = lines.length; r-- > 0;) {
    if (lines[r]!.mark === 'blocked' && lines[r]!.thread === wait[0]) return r;
  }
  return -1;
}

/** Which locks are held and who waits for whom where line `row` stands. */
export function stateAt(run: Run, lines: Line[], row: number): { held: Held[]; waits: Waiting[] } {
  const at = lines[row]?.at ?? -1;
  const now = run.locks.filter((l) => l[2] <= at && at < l[3]);
  const held: Held[] = [];
  for (const l of now) {
    if (l[1] >= 0 && !held.some((h) => h.thread === l[0] && h.object === l[1])) held.push({ thread: l[0], object: l[1] });
  }
  const waits = run.waits.filter((w) => {
    const told = toldRow(lines, w);
    return told >= 0 ? row >= told : w[2] <= at && at < w[3];
  }).map((w): Waiting => {
    const holders = w[1] < 0 || w[6] !== 'lock' ? [] : held.filter((h) => h.object === w[1]).map((h) => h.thread);
    const others = holders.filter((t) => t !== w[0]);
    const who = others.length ? others : holders.length ? holders : w[5] >= 0 ? [w[5]] : [];
    return { thread: w[0], object: w[1], holders: who, never: w[4] === 1, kind: w[6] };
  });
  return { held, waits };
}

/** The threads that wait, by way of others, for themselves. */
export function inCycle(waits: Waiting[]): Set<number> {
  const next = new Map<number, number[]>();
  for (const w of waits) next.set(w.thread, [...(next.get(w.thread) ?? []), ...w.holders]);
  const found = new Set<number>();
  for (const start of next.keys()) {
    const seen = new Set<number>();
    const todo = [...(next.get(start) ?? [])];
    while (todo.length) {
      const t = todo.pop()!;
      if (t === start) found.add(start);
      if (seen.has(t)) continue;
      seen.add(t);
      todo.push(...(next.get(t) ?? []));
    }
  }
  return found;
}

export interface Arrow { from: number; to: number; kind: 'rf' | 'hb' }

/** Arrows between lines. Of what is not told, the lines before and after it in the two threads stand for it. */
export function arrowsOf(run: Run, lines: Line[]): Arrow[] {
  const rows = run.threads.map(() => [] as number[]);
  const exact = new Map<number, number>();
  lines.forEach((l, r) => {
    if (l.event < 0) return;
    rows[l.thread]!.push(r);
    exact.set(l.event, r);
  });
  // The number of a thread's rows that stand before event `e`, or at it.
  const upTo = (own: number[], e: number, at: boolean) => {
    let low = 0, high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = lines[own[middle]!]!.event;
      if (event < e || (at && event === e)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const arrows: Arrow[] = [];
  const latest = new Map<number, number>();
  run.events.forEach((e, i) => {
    if (e[5] < 0) return;
    const source = run.events[e[5]]![0];
    if (e[6] === kReadsFrom) {
      const from = exact.get(e[5]), to = exact.get(i);
      if (from !== undefined && to !== undefined) arrows.push({ from, to, kind: 'rf' });
      return;
    }
    const from = rows[source]![upTo(rows[source]!, e[5], true) - 1];
    const to = rows[e[0]]![upTo(rows[e[0]]!, i, false)];
    if (from === undefined || to === undefined || from >= to) return;
    // What an earlier arrow between the two threads says already is not said again.
    const pair = source * run.threads.length + e[0];
    if ((latest.get(pair) ?? -1) >= from) return;
    latest.set(pair, from);
    arrows.push({ from, to, kind: 'hb' });
  });
  return arrows;
}

/** The threads with a lane: all, or those that the lines tell of. */
export function lanesOf(run: Run, lines: Line[], all: boolean): number[] {
  const threads = run.threads.map((_, t) => t);
  if (all) return threads;
  const told = new Set(lines.map((l) => l.thread));
  run.waits.forEach((w) => w[4] === 1 && told.add(w[0]));
  return threads.filter((t) => told.has(t));
}
