// One run from top to bottom: a lane for each thread, a row for each step. Only what is in sight is in the document.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Line, Run } from './data';
import { arrowsOf, toldRow } from './data';
import { Node } from './marks';
import { Rich, base } from './text';

const kGutter = 40;
const kStrip = 24;        // above a row: what was left out before it
const kEnd = 24;          // below the last row, where somebody is blocked
const kMostArrows = 150;  // at once

interface Shape { row: number; lane: number; wide: boolean }

function shapeOf(lanes: number, width: number): Shape {
  const narrow = width < 520;
  const room = narrow ? Math.max(96, width * 0.32) : Math.min(360, width * 0.42);
  const lane = Math.min(narrow ? 44 : 104, room / Math.max(1, lanes));
  return { row: narrow ? 70 : 46, lane, wide: lane >= 64 };
}

/** The first row that stands at or after an event. */
function rowAt(lines: Line[], event: number): number {
  let low = 0, high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.at < event) low = middle + 1;
    else high = middle;
  }
  return low;
}

function strip(lines: Line[], r: number): string {
  const l = lines[r]!;
  const begins = l.repeats && !lines[r - 1]?.repeats;
  return [l.folded && `… ${l.folded}`, begins && 'from here on it repeats for ever:'].filter(Boolean).join('; ');
}

interface Props {
  run: Run; lines: Line[]; lanes: number[]; cursor: number; onCursor: (row: number) => void; label: string; id: string;
}

export function Timeline({ run, lines, lanes, cursor, onCursor, label, id }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 700, head: 32 });
  const measure = () => {
    const b = box.current, h = head.current;
    if (!b || !h) return;
    const now = { top: b.scrollTop, height: b.clientHeight, width: b.clientWidth, head: h.offsetHeight };
    setView((v) => (v.top === now.top && v.height === now.height && v.width === now.width && v.head === now.head ? v : now));
  };
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    watcher.observe(box.current!);
    watcher.observe(head.current!);
    return () => watcher.disconnect();
  }, []);

  const { row, lane, wide } = shapeOf(lanes.length, view.width);
  const strips = useMemo(() => lines.map((_, r) => strip(lines, r)), [lines]);
  const tops = useMemo(() => {
    const all = new Float64Array(lines.length + 1);
    for (let r = 0; r < lines.length; ++r) all[r + 1] = all[r]! + row + (strips[r] ? kStrip : 0);
    return all;
  }, [lines, strips, row]);
  const bottom = tops[lines.length]!;
  const end = run.waits.some((w) => w[4] === 1) ? kEnd : 0;

  // The row under the cursor is in sight.
  useLayoutEffect(() => {
    const b = box.current;
    if (!b) return;
    const h = head.current!.offsetHeight;
    const top = tops[cursor]!, below = tops[cursor + 1]! + (cursor + 1 === lines.length ? end : 0) + h;
    if (top < b.scrollTop) b.scrollTop = top;
    else if (below > b.scrollTop + b.clientHeight) b.scrollTop = below - b.clientHeight;
    measure();
  }, [cursor, tops]);

  const x = (thread: number) => kGutter + lane * (lanes.indexOf(thread) + 0.5);
  const width = kGutter + lane * lanes.length + 8;
  const y = (r: number) => tops[r + 1]! - row / 2;
  const rowBelow = (pixel: number) => {
    let low = 0, high = lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tops[middle + 1]! <= pixel) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const arrows = useMemo(() => arrowsOf(run, lines), [run, lines]);
  const exact = useMemo(() => new Map(lines.map((l, r) => [l.event, r] as const)), [lines]);
  // What begins or ends at an event that has no row does so at the border before the next row.
  const spans = useMemo(() => {
    const edge = (event: number) => {
      const own = exact.get(event);
      return own !== undefined ? own + 0.5 : rowAt(lines, event);
    };
    const held = run.locks.map((l) => ({ thread: l[0], from: edge(l[2]), to: l[3] >= run.events.length ? lines.length : edge(l[3]) }));
    const waits = run.waits.map((w) => {
      const told = toldRow(lines, w);
      return {
        thread: w[0], never: w[4] === 1, from: told >= 0 ? told + 0.5 : edge(w[2]),
        to: w[4] === 1 || w[3] >= run.events.length ? lines.length : edge(w[3]),
      };
    });
    const drawn = (s: { thread: number; from: number; to: number }) => s.to > s.from && lanes.includes(s.thread);
    return { held: held.filter(drawn), waits: waits.filter(drawn) };
  }, [run, lines, lanes, exact]);
  const pixel = (edge: number) => (Number.isInteger(edge) ? tops[edge]! : y(Math.floor(edge)));

  const first = Math.max(0, rowBelow(view.top) - 4);
  const last = Math.min(lines.length, rowBelow(view.top + view.height) + 5);
  const y0 = tops[first]!, y1 = tops[last]! + (last === lines.length ? end : 0);
  const visible: number[] = [];
  for (let r = first; r < last; ++r) visible.push(r);
  const inSight = (from: number, to: number) => to >= first && from <= last;
  const clip = (p: number) => Math.max(y0, Math.min(y1, p));
  // Its row is there even out of sight: assistive technology is told of it by its id.
  const rows = cursor < first || cursor >= last ? [...visible, cursor] : visible;

  const onKey = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const page = Math.max(1, Math.floor((view.height - view.head) / row) - 1);
    const turn = lines.findIndex((l) => l.turn);
    const to: Record<string, number> = {
      ArrowDown: cursor + 1, j: cursor + 1, ArrowRight: cursor + 1, ArrowUp: cursor - 1, k: cursor - 1, ArrowLeft: cursor - 1,
      PageDown: cursor + page, PageUp: cursor - page, Home: 0, End: lines.length - 1, t: turn < 0 ? cursor : turn,
    };
    const target = to[e.key];
    if (target === undefined) return;
    e.preventDefault();
    onCursor(Math.max(0, Math.min(lines.length - 1, target)));
  };

  const held = spans.held.filter((s) => inSight(s.from, s.to));
  // A band beside the one of a lock that the same thread holds meanwhile.
  const waits = spans.waits.filter((s) => inSight(s.from, s.to)).map((s) => ({
    ...s, x: x(s.thread) + (held.some((h) => h.thread === s.thread && h.from < s.to && s.from < h.to) ? 8 : 0),
  }));
  const [a, b] = run.unordered ? run.unordered.map((e) => exact.get(e)) : [];
  return (
    <div class="timeline" ref={box} role="listbox" tabIndex={0} aria-label={label} id={id} onKeyDown={onKey} onScroll={measure}
      aria-activedescendant={lines.length ? `${id}-${cursor}` : undefined}>
      <div class={`lanes-head${wide ? '' : ' tall'}`} ref={head} role="presentation" aria-hidden="true" style={{ paddingLeft: `${kGutter}px` }}>
        {lane >= 12 && lanes.map((t) => <span key={t} style={{ width: `${lane}px` }} title={run.threads[t]}><bdi>{run.threads[t]}</bdi></span>)}
      </div>
      <div class="rows" role="presentation" style={{ height: `${bottom + end}px` }}>
        <svg width={width} height={y1 - y0} viewBox={`0 ${y0} ${width} ${y1 - y0}`} style={{ top: `${y0}px` }} aria-hidden="true">
          <defs>
            {['rf', 'hb'].map((k) => (
              <marker key={k} id={`${id}-${k}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
                <path class={`head ${k}`} d="M0,0L8,4L0,8z" />
              </marker>
            ))}
          </defs>
          {lanes.map((t) => (
            <g key={t}>
              <path class="lane" d={visible.map((r) => `M${x(t)},${tops[r]! + (strips[r] ? kStrip : 0)}V${tops[r + 1]}`).join('')} />
              <path class="lane left-out" d={visible.filter((r) => strips[r]).map((r) => `M${x(t)},${tops[r]! + 4}V${tops[r]! + kStrip}`).join('')} />
            </g>
          ))}
          {held.map((s, i) => (
            <path key={i} class="held" d={`M${x(s.thread)},${clip(pixel(s.from))}V${clip(pixel(s.to))}`} />
          ))}
          {waits.map((s, i) => (
            <g key={i}>
              <path class={s.never ? 'blocked' : 'wanted'} d={`M${s.x},${clip(pixel(s.from))}V${clip(pixel(s.to))}`} />
              {s.never && last === lines.length && (
                <text class="never" x={x(s.thread)} y={bottom + 16} text-anchor="middle">{lane >= 52 ? 'blocked' : '✕'}</text>
              )}
            </g>
          ))}
          {arrows.filter((w) => inSight(w.from, w.to)).slice(0, kMostArrows).map((w) => {
            const x1 = x(lines[w.from]!.thread), y1 = y(w.from), x2 = x(lines[w.to]!.thread), y2 = y(w.to);
            const side = x2 > x1 ? 1 : -1, reach = Math.min(40, Math.abs(x2 - x1) * 0.6);
            const now = w.to === cursor || w.from === cursor ? ' now' : '';
            return <path key={`${w.from}-${w.to}`} class={`arrow ${w.kind}${now}`} marker-end={`url(#${id}-${w.kind})`}
              d={`M${x1 + side * 8},${y1}C${x1 + side * (8 + reach)},${y1} ${x2 - side * (10 + reach)},${y2} ${x2 - side * 9},${y2}`} />;
          })}
          {a !== undefined && b !== undefined && inSight(Math.min(a, b), Math.max(a, b)) && (
            <g>
              <path class="unordered" d={`M${x(lines[a]!.thread)},${y(a)}L${x(lines[b]!.thread)},${y(b)}`} />
              <text class="unordered-sign" x={(x(lines[a]!.thread) + x(lines[b]!.thread)) / 2} y={(y(a) + y(b)) / 2 + 6} text-anchor="middle">≠</text>
            </g>
          )}
          {visible.map((r) => <Node key={r} mark={lines[r]!.mark} x={x(lines[r]!.thread)} y={y(r)} />)}
        </svg>
        {rows.map((r) => {
          const l = lines[r]!;
          return (
            <div key={r} id={`${id}-${r}`} class={`row${l.turn ? ' turn' : ''}`} role="option" aria-selected={r === cursor} aria-setsize={lines.length}
              aria-posinset={r + 1} style={{ top: `${tops[r]}px`, height: `${tops[r + 1]! - tops[r]!}px`, paddingLeft: `${width}px` }} onClick={() => onCursor(r)}>
              {strips[r] && <div class="strip"><span>{strips[r]}</span></div>}
              <div class="step" style={{ height: `${row}px` }}>
                <span class="num" style={{ height: `${row}px` }}>{l.n}{l.repeats && <span aria-hidden="true">↻</span>}</span>
                <div class="words">
                  <div class="what"><b>{run.threads[l.thread]}</b> <Rich text={l.text} /></div>
                  <div class="why">
                    {l.turn && <b>turning point{l.why ? ': ' : ''}</b>}
                    <Rich text={l.why || (l.turn || !l.file ? '' : `${base(l.file)}:${l.line}`)} />
                    {l.repeats && <span class="sr"> (repeats for ever)</span>}
                  </div>
                </div>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}
