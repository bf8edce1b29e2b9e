// One finding: its runs, what is true at the step under the cursor, and the words.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Bug, Line, Report, Run } from './data';
import { lanesOf, linesOf } from './data';
import { Details } from './details';
import { Legend } from './marks';
import { Timeline } from './timeline';
import { Causes, Fixes } from './words';

type Name = 'failing' | 'passing';

// Where to begin: at the turning point, at the first step that repeats for ever, or where it ends.
function startOf(lines: Line[]): number {
  const telling = [(l: Line) => l.turn, (l: Line) => l.repeats].map((is) => lines.findIndex(is)).find((r) => r >= 0);
  return telling ?? Math.max(0, lines.length - 1);
}

function useCursor(run: Run | undefined, all: boolean) {
  const lines = useMemo(() => (run ? linesOf(run, all) : []), [run, all]);
  const lanes = useMemo(() => (run ? lanesOf(run, lines, all) : []), [run, lines, all]);
  const [place, setPlace] = useState({ lines, row: startOf(lines) });
  let row = place.row;
  if (place.lines !== lines) {
    // The same step among other rows, or the next that is there.
    const old = place.lines[place.row];
    const same = lines.findIndex((l) => old && (old.event >= 0 ? l.event >= old.event : l.n === old.n && l.event < 0));
    row = same < 0 ? Math.max(0, lines.length - 1) : same;
    setPlace({ lines, row });
  }
  return { lines, lanes, row, go: (to: number) => setPlace({ lines, row: Math.max(0, Math.min(lines.length - 1, to)) }) };
}

export function BugView({ report, bug }: { report: Report; bug: Bug }) {
  const [all, setAll] = useState(false);
  const [which, setWhich] = useState<Name | 'both'>('failing');
  const [active, setActive] = useState<Name>('failing');
  const [said, say] = useState('');
  const cursors = { failing: useCursor(bug.runs[0], all), passing: useCursor(bug.runs[1], all) };
  const runs = { failing: bug.runs[0], passing: bug.runs[1] };
  const title = { failing: 'Broken run', passing: 'Passing run' };
  const now = which === 'both' ? active : which;
  const cursor = cursors[now], run = runs[now];

  // A step taken elsewhere than in the list of steps, which speaks for itself.
  const step = (to: number) => {
    const line = cursor.lines[to];
    if (!line) return;
    cursor.go(to);
    say(`Step ${to + 1} of ${cursor.lines.length}: ${run?.threads[line.thread] ?? ''} ${line.text}`);
  };
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || (e.key !== 'ArrowRight' && e.key !== 'ArrowLeft')) return;
      if ((e.target as HTMLElement).closest('select, input, pre, .source, .values, .timeline')) return;
      step(cursor.row + (e.key === 'ArrowRight' ? 1 : -1));
      e.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  const shown = (which === 'both' ? ['failing', 'passing'] : [which]) as Name[];
  if (!run || cursor.lines.length === 0) {
    return (
      <>
        <p class="soft">This finding was not recorded, so there are no steps to show.</p>
        <Causes bug={bug} />
        <Fixes fixes={bug.fixes ?? []} />
      </>
    );
  }
  const toggle = (on: boolean, set: () => void, text: string) => <button aria-pressed={on} onClick={set}>{text}</button>;
  return (
    <>
      <div class="bar">
        <div class="group" role="group" aria-label="Which steps">
          {toggle(!all, () => setAll(false), 'Steps that matter')}
          {toggle(all, () => setAll(true), `All ${run.events.length.toLocaleString('en')} events`)}
        </div>
        {bug.runs.length > 1 && (
          <div class="group" role="group" aria-label="Which run">
            {toggle(which === 'failing', () => setWhich('failing'), 'Broken run')}
            {toggle(which === 'passing', () => setWhich('passing'), 'Passing run')}
            {toggle(which === 'both', () => { setWhich('both'); setActive(now); }, 'Side by side')}
          </div>
        )}
        <p class="soft keys"><kbd>←</kbd> <kbd>→</kbd> step; in the list also <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Home</kbd> <kbd>End</kbd>{cursor.lines.some((l) => l.turn) && <>, <kbd>t</kbd> turning point</>}</p>
      </div>
      <div class={`work${which === 'both' ? ' two' : ''}`}>
        <div class="time">
          <div class="runs">
            {shown.map((name) => {
              const c = cursors[name];
              return (
                <section key={name} aria-label={title[name]} class={which === 'both' && name === now ? 'active' : ''} onFocusCapture={() => setActive(name)}>
                  {which === 'both' && <h2>{title[name]}{name === now && <span class="soft"> (the step below is of this one)</span>}</h2>}
                  <Timeline id={name} label={`Steps of the ${title[name].toLowerCase()}`} run={runs[name]!} lines={c.lines} lanes={c.lanes}
                    cursor={c.row} onCursor={(r) => { setActive(name); c.go(r); }} />
                </section>
              );
            })}
          </div>
          <Legend run={run} lines={cursor.lines} hidden={run.threads.length - cursor.lanes.length} />
        </div>
        <Details report={report} run={run} lines={cursor.lines} row={cursor.row} of={bug.runs.length > 1 ? `${title[now]}, ` : ''} go={step} />
        <div class="causes"><Causes bug={bug} /></div>
      </div>
      <Fixes fixes={bug.fixes ?? []} />
      <div class="sr" role="status">{said}</div>
    </>
  );
}
