// One run from top to bottom: a lane for each thread, a row for each step. Only the rows in sight are in the document.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Line, Run } from './data';
import { Rich, base } from './text';

const kRow = 46;
const kGutter = 36;

function laneWidth(threads: number, narrow: boolean): number {
  const room = narrow ? 130 : 330;
  return Math.max(14, Math.min(narrow ? 46 : 84, Math.floor(room / Math.max(1, threads))));
}

/** The first row at or after an event. */
function rowAt(lines: Line[], event: number): number {
  let low = 0, high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.event < event) low = middle + 1;
    else high = middle;
  }
  return low;
}

function Node({ line, x, y }: { line: Line; x: number; y: number }) {
  const w = line.text;
  if (line.never) return <path class="node bad" d={`M${x - 6},${y - 6}l12,12m0,-12l-12,12`} />;
  if (/^(re-?locks|[a-z-]*locks|acquires)\b/.test(w) && !w.startsWith('unlock')) return <rect class="node full" x={x - 6} y={y - 6} width="12" height="12" />;
  if (/^(unlocks|releases)/.test(w)) return <rect class="node" x={x - 6} y={y - 6} width="12" height="12" />;
  if (/^(waits|sleeps|still)/.test(w)) return <path class="node" d={`M${x - 7},${y - 7}h14l-14,14h14z`} />;
  if (/^(notif|wakes)/.test(w)) return <path class="node full" d={`M${x},${y - 8}l8,8l-8,8l-8,-8z`} />;
  if (/^(fails|throws|crashes|ends the process)/.test(w)) return <path class="node bad" d={`M${x - 6},${y - 6}l12,12m0,-12l-12,12`} />;
  return <circle class={/^(reads|loads)/.test(w) ? 'node' : 'node full'} cx={x} cy={y} r="6" />;
}

interface Props { run: Run; lines: Line[]; cursor: number; onCursor: (row: number) => void; label: string; id: string }

export function Timeline({ run, lines, cursor, onCursor, label, id }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, narrow: false });
  const measure = () => {
    const b = box.current;
    if (b) setView({ top: b.scrollTop, height: b.clientHeight, narrow: b.clientWidth < 520 });
  };
  useLayoutEffect(measure, []);
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  // The row under the cursor is in sight.
  useLayoutEffect(() => {
    const b = box.current;
    if (!b) return;
    const head = 32, top = cursor * kRow;
    if (top < b.scrollTop) b.scrollTop = top;
    else if (top + kRow + head > b.scrollTop + b.clientHeight) b.scrollTop = top + kRow + head - b.clientHeight;
    measure();
  }, [cursor, lines]);

  const lane = laneWidth(run.threads.length, view.narrow);
  const x = (thread: number) => kGutter + lane * thread + lane / 2;
  const width = kGutter + lane * run.threads.length + 6;
  const y = (row: number) => row * kRow + kRow / 2;
  const rowOfEvent = useMemo(() => {
    const m = new Map<number, number>();
    lines.forEach((l, i) => { if (!l.never && !m.has(l.event)) m.set(l.event, i); });
    return m;
  }, [lines]);
  // A row counts from where its event stands; what ends at an event ends at the first row that is not before it.
  const spans = useMemo(() => {
    const held = run.locks.map((l) => ({ thread: l[0], from: rowAt(lines, l[2]), to: rowAt(lines, l[3]) }));
    const waits = run.waits.map((w) => ({ thread: w[0], from: rowAt(lines, w[2]), to: rowAt(lines, w[3]), never: w[4] === 1 }));
    return { held: held.filter((s) => s.to > s.from), waits: waits.filter((s) => s.never || s.to > s.from) };
  }, [run, lines]);

  const first = Math.max(0, Math.floor(view.top / kRow) - 6);
  const last = Math.min(lines.length, Math.ceil((view.top + view.height) / kRow) + 6);
  const seen = (from: number, to: number) => to >= first && from <= last;
  const bottom = lines.length * kRow;
  const visible = lines.slice(first, last).map((l, i) => [l, first + i] as const);

  const onKey = (e: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / kRow) - 1);
    const turn = lines.findIndex((l) => l.turn);
    const to: Record<string, number> = {
      ArrowDown: cursor + 1, j: cursor + 1, ArrowRight: cursor + 1, ArrowUp: cursor - 1, k: cursor - 1, ArrowLeft: cursor - 1,
      PageDown: cursor + page, PageUp: cursor - page, Home: 0, End: lines.length - 1, t: turn < 0 ? cursor : turn,
    };
    const target = to[e.key];
    if (target === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    onCursor(Math.max(0, Math.min(lines.length - 1, target)));
  };

  return (
    <div class="timeline" ref={box} role="listbox" tabIndex={0} aria-label={label} id={id} onKeyDown={onKey} onScroll={measure}
      aria-activedescendant={lines.length ? `${id}-${cursor}` : undefined}>
      <div class="lanes-head" role="presentation" aria-hidden="true" style={{ paddingLeft: kGutter }}>
        {run.threads.map((t, i) => <span key={i} style={{ width: lane }} title={t.name}>{lane > 24 ? t.name : ''}</span>)}
      </div>
      <div class="rows" role="presentation" style={{ height: bottom }}>
        <svg width={width} height={bottom} aria-hidden="true">
          <defs>
            {['rf', 'hb'].map((k) => (
              <marker key={k} id={`${id}-${k}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
                <path d="M0,0L8,4L0,8z" fill={`var(--${k})`} />
              </marker>
            ))}
          </defs>
          {run.threads.map((_, t) => <path key={t} class="lane" d={`M${x(t)},${first * kRow}V${Math.min(bottom, last * kRow)}`} />)}
          {spans.held.filter((s) => seen(s.from, s.to)).map((s, i) => (
            <path key={i} class="held" d={`M${x(s.thread)},${Math.max(y(s.from), (first - 1) * kRow)}V${Math.min(s.to >= lines.length ? bottom : y(s.to), (last + 1) * kRow)}`} />
          ))}
          {spans.waits.filter((s) => seen(s.from, s.never ? lines.length : s.to)).map((s, i) => {
            const from = Math.max(0, y(Math.min(s.from, lines.length - 1)) - kRow / 2 + 2);
            return (
              <g key={i}>
                <path class={s.never ? 'blocked' : 'wanted'} d={`M${x(s.thread) + 8},${Math.max(from, (first - 1) * kRow)}V${s.never ? bottom : y(s.to)}`} />
                {s.never && last >= lines.length && <text class="never" x={x(s.thread)} y={bottom - 3} text-anchor="middle">{lane > 40 ? 'blocked' : '✕'}</text>}
              </g>
            );
          })}
          {visible.map(([l, r]) => {
            const e = l.never ? undefined : run.events[l.event];
            const source = e && e[6] >= 0 ? rowOfEvent.get(e[6]) : undefined;
            if (!e || source === undefined || source === r) return null;
            const x1 = x(run.events[e[6]]![0]), y1 = y(source), x2 = x(e[0]), y2 = y(r);
            const kind = e[7] === 1 ? 'rf' : 'hb';
            const side = x2 > x1 ? -7 : x2 < x1 ? 7 : 0;
            const bend = x1 === x2 ? 22 : 0;
            return <path key={`a${r}`} class={`arrow ${kind}${r === cursor ? ' now' : ''}`} marker-end={`url(#${id}-${kind})`}
              d={`M${x1},${y1}C${x1 + bend + (x2 - x1) / 2},${y1 + 4} ${x2 + bend + side * 4},${y2 - 8} ${x2 + side},${y2}`} />;
          })}
          {visible.map(([l, r]) => <Node key={r} line={l} x={x(l.thread)} y={y(r)} />)}
        </svg>
        {visible.map(([l, r]) => (
          <div key={r} id={`${id}-${r}`} class={`row${l.turn ? ' turn' : ''}`} role="option" aria-selected={r === cursor} aria-setsize={lines.length}
            aria-posinset={r + 1} style={{ top: r * kRow, paddingLeft: width }} onClick={() => onCursor(r)}>
            <span class="num">{l.n}</span>
            <div class="words">
              <div><b>{run.threads[l.thread]?.name}</b> <Rich text={l.text} /></div>
              <div class="why">
                {l.turn && <b>turning point{l.why ? ': ' : ''}</b>}<Rich text={l.why || (l.turn ? '' : l.file ? `${base(l.file)}:${l.line}` : '')} />
                {l.repeats && ' (repeats for ever)'}
              </div>
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

export function Legend() {
  const mark = (children: preact.JSX.Element) => <svg width="20" height="14" aria-hidden="true">{children}</svg>;
  return (
    <ul class="legend">
      <li>{mark(<path class="held" d="M0,7H20" />)}holds a lock</li>
      <li>{mark(<path class="wanted" d="M0,7H20" />)}wants one that is held</li>
      <li>{mark(<path class="blocked" d="M0,7H20" />)}blocked for ever</li>
      <li>{mark(<path class="arrow rf now" d="M0,7H20" />)}reads from</li>
      <li>{mark(<path class="arrow hb now" d="M0,7H20" />)}happens before</li>
    </ul>
  );
}
