// The shapes of the timeline, and what they mean: no meaning is in a colour alone.
import { useMemo } from 'preact/hooks';
import type { Line, Mark, Run } from './data';
import { arrowsOf } from './data';

export function Node({ mark, x, y }: { mark: Mark; x: number; y: number }) {
  switch (mark) {
    case 'lock': return <rect class="node full" x={x - 6} y={y - 6} width="12" height="12" />;
    case 'unlock': return <rect class="node" x={x - 6} y={y - 6} width="12" height="12" />;
    case 'read': return <circle class="node" cx={x} cy={y} r="6" />;
    case 'write': return <circle class="node full" cx={x} cy={y} r="6" />;
    case 'notify': return <path class="node full" d={`M${x},${y - 8}l8,8l-8,8l-8,-8z`} />;
    case 'sleep': return <path class="node" d={`M${x - 7},${y - 7}h14l-14,14h14z`} />;
    case 'fail': return <path class="node bad" d={`M${x - 7},${y - 7}l14,14m0,-14l-14,14`} />;
    case 'blocked': return (
      <g>
        <path class="node stop" d={`M${x - 4},${y - 9}h8l5,5v8l-5,5h-8l-5,-5v-8z`} />
        <path class="bar-of-stop" d={`M${x - 5},${y}h10`} />
      </g>
    );
    default: return <circle class="node full" cx={x} cy={y} r="3.5" />;
  }
}

const kNames: [Mark, string][] = [
  ['read', 'reads'], ['write', 'writes'], ['lock', 'locks'], ['unlock', 'unlocks'], ['sleep', 'goes to sleep'],
  ['notify', 'wakes others'], ['blocked', 'is blocked for ever'], ['fail', 'fails'],
];

export function Legend({ run, lines, hidden }: { run: Run; lines: Line[]; hidden: number }) {
  const sample = (children: preact.JSX.Element) => <svg width="22" height="20" aria-hidden="true">{children}</svg>;
  const used = new Set(lines.map((l) => l.mark));
  const arrows = useMemo(() => new Set(arrowsOf(run, lines).map((a) => a.kind)), [run, lines]);
  return (
    <ul class="legend" aria-label="What the marks mean">
      {kNames.filter(([m]) => used.has(m)).map(([m, text]) => <li key={m}>{sample(<Node mark={m} x={11} y={10} />)}{text}</li>)}
      {run.locks.length > 0 && <li>{sample(<path class="held" d="M0,10H22" />)}holds a lock</li>}
      {run.waits.some((w) => w[4] === 0) && <li>{sample(<path class="wanted" d="M0,10H22" />)}waits: wants what is held, or sleeps</li>}
      {run.waits.some((w) => w[4] === 1) && <li>{sample(<path class="blocked" d="M0,10H22" />)}waits for ever</li>}
      {arrows.has('rf') && <li>{sample(<path class="arrow rf now" d="M0,10H22" />)}reads from</li>}
      {arrows.has('hb') && <li>{sample(<path class="arrow hb now" d="M0,10H22" />)}happens before</li>}
      {run.unordered && <li>{sample(<path class="unordered" d="M0,10H22" />)}nothing orders the two</li>}
      {hidden > 0 && <li>{hidden} more {hidden === 1 ? 'thread has' : 'threads have'} no part in these steps</li>}
    </ul>
  );
}
