// Who holds what and who waits for it, drawn: threads on the left, what they hold or wait for on the right.
import type { Held, Run, Waiting } from './data';
import { inCycle } from './data';
import { shorten } from './text';

const kRow = 46, kBox = 30, kWidth = 460, kMost = 10;
const kThreads = { x: 34, width: 150 }, kObjects = { x: 290, width: 166 };

interface Placed { threads: number[]; objects: number[]; threadY: Map<number, number>; objectY: Map<number, number>; height: number }

// Threads in the order in which they wait for each other; each object near those that have to do with it.
function place(held: Held[], waits: Waiting[]): Placed {
  const threads: number[] = [];
  const visit = (t: number) => {
    if (threads.includes(t)) return;
    threads.push(t);
    waits.filter((w) => w.thread === t).forEach((w) => w.holders.forEach(visit));
  };
  const cycle = inCycle(waits);
  waits.filter((w) => cycle.has(w.thread)).forEach((w) => visit(w.thread));
  waits.forEach((w) => visit(w.thread));
  held.forEach((h) => visit(h.thread));
  threads.length = Math.min(threads.length, kMost);
  const shown = new Set(threads);
  const near = new Map<number, number[]>();
  for (const { thread, object } of [...waits, ...held]) {
    if (object >= 0 && shown.has(thread)) near.set(object, [...(near.get(object) ?? []), threads.indexOf(thread)]);
  }
  const middle = (o: number) => near.get(o)!.reduce((a, b) => a + b, 0) / near.get(o)!.length;
  const objects = [...near.keys()].sort((a, b) => middle(a) - middle(b)).slice(0, kMost);
  const rows = Math.max(threads.length, objects.length);
  const column = (all: number[]) => new Map(all.map((n, i) => [n, (i + 0.5 + (rows - all.length) / 2) * kRow] as const));
  return { threads, objects, threadY: column(threads), objectY: column(objects), height: rows * kRow };
}

function Picture({ run, held, waits }: { run: Run; held: Held[]; waits: Waiting[] }) {
  const { threads, objects, threadY, objectY, height } = place(held, waits);
  const cycle = inCycle(waits);
  const right = kThreads.x + kThreads.width, left = kObjects.x;
  return (
    <svg class="graph" viewBox={`0 0 ${kWidth} ${height}`} role="img" aria-label="Wait-for graph; the list below says the same">
      <defs>
        {['wait', 'hold', 'bad'].map((k) => (
          <marker key={k} id={`end-${k}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">
            <path class={`head ${k}`} d="M0,0L8,4L0,8z" />
          </marker>
        ))}
      </defs>
      {held.map((h, i) => {
        const t = threadY.get(h.thread), o = objectY.get(h.object);
        if (t === undefined || o === undefined) return null;
        return <path key={`h${i}`} class="edge hold" marker-end="url(#end-hold)" d={`M${left},${o + 6}L${right + 2},${t + 6}`} />;
      })}
      {waits.map((w, i) => {
        const t = threadY.get(w.thread), o = objectY.get(w.object);
        const kind = w.never || cycle.has(w.thread) ? 'bad' : 'wait';
        if (t === undefined) return null;
        const end = `url(#end-${kind})`;
        if (o !== undefined) return <path key={`w${i}`} class={`edge ${kind}`} marker-end={end} d={`M${right},${t - 6}L${left - 2},${o - 6}`} />;
        return w.holders.map((h) => {
          const to = threadY.get(h);
          if (to === undefined) return null;
          const own = h === w.thread ? 9 : 0, out = kThreads.x - 30;
          return <path key={`j${i}-${h}`} class={`edge ${kind}`} marker-end={end} d={`M${kThreads.x},${t - own}C${out},${t - own} ${out},${to + own} ${kThreads.x - 2},${to + own}`} />;
        });
      })}
      {threads.map((t) => (
        <g key={`t${t}`}>
          <title>{run.threads[t]}</title>
          <rect class={`box${cycle.has(t) ? ' bad' : ''}`} x={kThreads.x} y={threadY.get(t)! - kBox / 2} width={kThreads.width} height={kBox} rx={kBox / 2} />
          <text x={kThreads.x + kThreads.width / 2} y={threadY.get(t)! + 4} text-anchor="middle">{shorten(run.threads[t] ?? '?', 20)}</text>
        </g>
      ))}
      {objects.map((o) => (
        <g key={`o${o}`}>
          <title>{run.objects[o]}</title>
          <rect class="box object" x={kObjects.x} y={objectY.get(o)! - kBox / 2} width={kObjects.width} height={kBox} />
          <text class="mono" x={kObjects.x + kObjects.width / 2} y={objectY.get(o)! + 4} text-anchor="middle">{shorten(run.objects[o] ?? '?', 21)}</text>
        </g>
      ))}
    </svg>
  );
}

export function WaitGraph({ run, held, waits }: { run: Run; held: Held[]; waits: Waiting[] }) {
  if (held.length + waits.length === 0) return <p class="soft">No lock is held, and nobody waits.</p>;
  const cycle = inCycle(waits);
  const name = (t: number) => run.threads[t] ?? '?';
  const wanted = new Set(waits.map((w) => w.object));
  const lines = [
    ...waits.map((w, i) => {
      const who = w.holders.map((h) => (h === w.thread ? 'itself' : name(h))).join(', ');
      const object = run.objects[w.object];
      return (
        <li key={`w${i}`}>
          <b>{name(w.thread)}</b>{' '}
          {w.kind === 'join' ? <>waits for the end of <b>{who || 'a thread'}</b></> : w.kind === 'sleep' ? 'sleeps' : 'waits'}
          {object !== undefined && <> {w.kind === 'sleep' ? 'on' : 'for'} <code>{object}</code></>}
          {w.kind !== 'join' && who && <>, {w.kind === 'lock' ? 'held by' : 'for'} <b>{who}</b></>}
          {w.never && ', for ever'}{cycle.has(w.thread) && ': a cycle'}
        </li>
      );
    }),
    ...held.filter((h) => !wanted.has(h.object) || !waits.some((w) => w.object === h.object && w.holders.includes(h.thread))).map((h, i) => (
      <li key={`h${i}`}><b>{name(h.thread)}</b> holds <code>{run.objects[h.object]}</code></li>
    )),
  ];
  return (
    <>
      <Picture run={run} held={held} waits={waits} />
      <ul class="tight">
        {lines.slice(0, 2 * kMost)}
        {lines.length > 2 * kMost && <li class="soft">and {lines.length - 2 * kMost} more</li>}
      </ul>
      <p class="soft small">Dashed: waits for. Solid: is held by.</p>
    </>
  );
}
