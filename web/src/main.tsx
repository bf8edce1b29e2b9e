// The report's page.
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Bug, Report, Run } from './data';
import { linesOf } from './data';
import { Details } from './details';
import { Rich } from './text';
import { Legend, Timeline } from './timeline';
import { Words } from './words';

function startOf(lines: ReturnType<typeof linesOf>): number {
  const turn = lines.findIndex((l) => l.turn);
  return turn < 0 ? 0 : turn;
}

type Which = 'failing' | 'passing' | 'both';

function useCursor(run: Run | undefined, all: boolean) {
  const lines = useMemo(() => (run ? linesOf(run, all) : []), [run, all]);
  const [place, setPlace] = useState({ lines, row: startOf(lines) });
  let row = place.row;
  if (place.lines !== lines) {
    // The same moment among other rows.
    const event = place.lines[place.row]?.event ?? 0;
    const near = lines.findIndex((l) => l.event >= event);
    row = run && place.lines.length && place.lines !== lines ? (near < 0 ? Math.max(0, lines.length - 1) : near) : startOf(lines);
    setPlace({ lines, row });
  }
  return { lines, row, go: (to: number) => setPlace({ lines, row: Math.max(0, Math.min(lines.length - 1, to)) }) };
}

function BugView({ report, bug }: { report: Report; bug: Bug }) {
  const [all, setAll] = useState(false);
  const [which, setWhich] = useState<Which>('failing');
  const failing = useCursor(bug.runs[0], all);
  const passing = useCursor(bug.runs[1], all);
  const [active, setActive] = useState<'failing' | 'passing'>('failing');
  const now = which === 'passing' || (which === 'both' && active === 'passing') ? passing : failing;
  const run = now === passing ? bug.runs[1] : bug.runs[0];
  const pick = (w: Which) => { setWhich(w); if (w !== 'both') setActive(w); };

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const target = e.target as HTMLElement;
      if (e.ctrlKey || e.metaKey || e.altKey || target.closest('select, input, textarea, [role=listbox]')) return;
      if (e.key === 'j' || e.key === 'n') now.go(now.row + 1);
      else if (e.key === 'k' || e.key === 'p') now.go(now.row - 1);
      else return;
      e.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  const line = now.lines[now.row];
  const show = (name: 'failing' | 'passing') => which === name || which === 'both';
  const press = (on: boolean) => (on ? 'true' : 'false');
  return (
    <>
      {run && line ? (
        <>
          <div class="bar">
            <div class="group" role="group" aria-label="Step">
              <button onClick={() => now.go(now.row - 1)} disabled={now.row === 0} aria-label="Previous step">← Back</button>
              <button onClick={() => now.go(now.row + 1)} disabled={now.row + 1 >= now.lines.length} aria-label="Next step">Forward →</button>
            </div>
            <div class="group" role="group" aria-label="Which steps">
              <button aria-pressed={press(!all)} onClick={() => setAll(false)}>Steps that matter</button>
              <button aria-pressed={press(all)} onClick={() => setAll(true)}>All {run.events.length} events</button>
            </div>
            {bug.runs.length > 1 && (
              <div class="group" role="group" aria-label="Which run">
                <button aria-pressed={press(which === 'failing')} onClick={() => pick('failing')}>Broken run</button>
                <button aria-pressed={press(which === 'passing')} onClick={() => pick('passing')}>Passing run</button>
                <button aria-pressed={press(which === 'both')} onClick={() => pick('both')}>Side by side</button>
              </div>
            )}
            <span class="soft"><kbd>j</kbd> <kbd>k</kbd> or <kbd>↓</kbd> <kbd>↑</kbd> step, <kbd>t</kbd> turning point</span>
          </div>
          <div class={`work${which === 'both' ? ' two' : ''}`}>
            <div>
              <div class={`runs${which === 'both' ? ' two' : ''}`}>
                {show('failing') && (
                  <div onFocusCapture={() => setActive('failing')}>
                    {which === 'both' && <h2>Broken</h2>}
                    <Timeline id="failing" label="Steps of the broken run" run={bug.runs[0]!} lines={failing.lines} cursor={failing.row}
                      onCursor={(r) => { setActive('failing'); failing.go(r); }} />
                  </div>
                )}
                {show('passing') && bug.runs[1] && (
                  <div onFocusCapture={() => setActive('passing')}>
                    {which === 'both' && <h2>Passing</h2>}
                    <Timeline id="passing" label="Steps of the passing run" run={bug.runs[1]} lines={passing.lines} cursor={passing.row}
                      onCursor={(r) => { setActive('passing'); passing.go(r); }} />
                  </div>
                )}
              </div>
              <Legend />
            </div>
            <Details report={report} run={run} line={line} total={now.lines.length} row={now.row} />
          </div>
        </>
      ) : (
        <p class="soft">This finding was not recorded, so there are no steps to show.</p>
      )}
      <Words bug={bug} />
    </>
  );
}

function App({ report }: { report: Report }) {
  const [chosen, choose] = useState(0);
  const bug = report.bugs[chosen];
  const verdict = report.verdict === 'pass' ? 'pass' : report.verdict === 'fail' ? 'fail' : 'warn';
  return (
    <>
      <header>
        <div class="brand">
          <b>Lockstep</b><span class={`pill ${verdict}`}>{report.verdict}</span>
          <span class="mono">{report.program.join(' ')}</span>
        </div>
        {bug ? (
          <>
            <h1><Rich text={bug.summary} /></h1>
            <p class="soft">
              {bug.warning ? 'Warning: ' : ''}{bug.kind}{bug.pattern && bug.pattern !== 'none' ? `, ${bug.pattern}` : ''}{bug.test ? `, in ${bug.test}` : ''}.
              {bug.found_after > 0 && ` Found in execution ${bug.found_after.toLocaleString('en')}, with ${bug.preemptions} preemption${bug.preemptions === 1 ? '' : 's'}.`}
            </p>
          </>
        ) : (
          <h1>{report.verdict === 'pass' ? 'No bug was found.' : 'There is nothing to show.'}</h1>
        )}
        {report.bugs.length > 1 && (
          <p><label>Finding <select value={chosen} onChange={(e) => choose(Number(e.currentTarget.value))}>
            {report.bugs.map((b, i) => <option key={i} value={i}>{`${i + 1}: ${b.warning ? 'warning: ' : ''}${b.kind}, ${b.pattern}: ${b.objects.join(', ')}`}</option>)}
          </select></label></p>
        )}
      </header>
      <main>{bug && <BugView key={chosen} report={report} bug={bug} />}</main>
      <footer>
        <p>{report.confidence} ({report.mode}, {report.model}).{bug?.trace && <> Run it again: <code>lockstep replay {bug.trace}</code></>}</p>
      </footer>
    </>
  );
}

const report = JSON.parse(document.getElementById('data')!.textContent!) as Report;
document.title = report.bugs[0] ? `${report.bugs[0].kind}: ${report.program[0] ?? ''}` : `${report.verdict}: ${report.program[0] ?? ''}`;
const root = document.getElementById('app')!;
root.textContent = '';
render(<App report={report} />, root);
