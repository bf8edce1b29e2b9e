// The report's page.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { BugView } from './bug_view';
import type { Bug, Report } from './data';
import { Rich, capital } from './text';

function nameOf(bug: Bug): string {
  return `${bug.warning ? 'warning: ' : ''}${bug.kind}${bug.pattern !== 'none' ? `, ${bug.pattern}` : ''}`;
}

function Findings({ bugs, chosen, choose }: { bugs: Bug[]; chosen: number; choose: (i: number) => void }) {
  return (
    <nav aria-label="Findings">
      <h2>{bugs.length} findings</h2>
      <ol class="findings" tabIndex={-1}>
        {bugs.map((b, i) => (
          <li key={i}>
            <button aria-current={i === chosen ? 'true' : undefined} onClick={() => choose(i)}>
              <b>{nameOf(b)}</b> {b.test && <span class="soft">{b.test}</span>} {b.objects.length > 0 && <code>{b.objects.join(', ')}</code>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

// Without a bug: what was looked at, and how sure it is.
function Nothing({ report }: { report: Report }) {
  const title = report.unsupported ? 'The program does something that is not supported.'
    : report.verdict === 'pass' ? 'No bug was found.' : 'There is no verdict.';
  return (
    <>
      <h1>{title}</h1>
      {report.unsupported && (
        <>
          <p><Rich text={report.unsupported} /></p>
          {report.unsupported_at.length > 0 && <ul class="stack">{report.unsupported_at.map((s, i) => <li key={i} class="mono">{s}</li>)}</ul>}
        </>
      )}
      {report.verdict === 'pass' && (
        <p>{report.complete ? 'Every execution of this program with its input was looked at, as far as the memory model goes.'
          : 'Not every execution was looked at: a bug may be left.'}</p>
      )}
    </>
  );
}

function Facts({ report, bug }: { report: Report; bug: Bug | undefined }) {
  const fact = (name: string, value: preact.ComponentChildren) => <><dt>{name}</dt><dd>{value}</dd></>;
  return (
    <section class="facts" aria-label="The check">
      <h2>The check</h2>
      <dl>
        {fact('Program', <code>{report.program.join(' ')}</code>)}
        {fact('Explored', `${capital(report.confidence)}.`)}
        {fact('Search', `${report.mode}, memory model ${report.model}`)}
        {report.seconds > 0 && fact('Time', `${report.seconds < 10 ? report.seconds.toFixed(2) : Math.round(report.seconds)} s`)}
        {bug?.trace && fact('Again', <code>lockstep replay {bug.trace}</code>)}
      </dl>
      {report.tests.length > 0 && (
        <table>
          <thead><tr><th scope="col">Test</th><th scope="col">Verdict</th><th scope="col">Explored</th></tr></thead>
          <tbody>{report.tests.map((t, i) => <tr key={i}><td><code>{t.test}</code></td><td>{t.verdict}</td><td>{t.confidence}</td></tr>)}</tbody>
        </table>
      )}
    </section>
  );
}

function App({ report }: { report: Report }) {
  const [chosen, choose] = useState(0);
  const bug = report.bugs[chosen];
  const verdict = report.verdict === 'pass' || report.verdict === 'fail' ? report.verdict : 'warn';
  const found = bug && bug.found_after > 0
    ? ` Found in execution ${bug.found_after.toLocaleString('en')}, with ${bug.preemptions} preemption${bug.preemptions === 1 ? '' : 's'}.` : '';
  return (
    <>
      <header>
        <div class="brand">
          <b>Lockstep</b><span class={`pill ${verdict}`}>{report.verdict}</span>
          <span class="mono">{report.program.join(' ')}</span>
        </div>
        {report.bugs.length > 1 && <Findings bugs={report.bugs} chosen={chosen} choose={choose} />}
        {bug ? (
          <>
            <h1><Rich text={bug.summary} /></h1>
            <p class="soft">{capital(nameOf(bug))}{bug.test && <> in <code>{bug.test}</code></>}.{found} {capital(report.confidence)} ({report.mode}, {report.model}).</p>
          </>
        ) : <Nothing report={report} />}
      </header>
      <main>
        {bug && <BugView key={chosen} report={report} bug={bug} />}
        <Facts report={report} bug={bug} />
      </main>
    </>
  );
}

const report = JSON.parse(document.getElementById('data')!.textContent!) as Report;
document.title = `${report.bugs[0]?.kind ?? report.verdict}: ${report.program[0] ?? ''}`;
const root = document.getElementById('app')!;
root.textContent = '';
render(<App report={report} />, root);
