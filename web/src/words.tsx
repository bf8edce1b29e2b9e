// The words of a report, complete without the picture.
import type { Bug, Fix, Place } from './data';
import { Diff, Rich, base } from './text';

function where(p: Place): string {
  return `${p.function ? `${p.function} at ` : ''}${p.file ? base(p.file) : '?'}:${p.line ?? '?'}`;
}

export function Causes({ bug }: { bug: Bug }) {
  const some = (list?: unknown[]) => (list?.length ?? 0) > 0;
  const why = some(bug.accesses) || some(bug.waiting) || some(bug.conditions) || bug.unordered;
  return (
    <div class="prose">
      {why && <h2>Why</h2>}
      {bug.accesses?.map((a, i) => (
        <div key={i}>
          <p><b>{a.thread}</b> <Rich text={a.action} />, {a.locks.length ? <>holding {a.locks.map((l, k) => <>{k > 0 && ', '}<code key={k}>{l}</code></>)}</> : 'holding no lock'}:</p>
          <ul class="stack">{a.stack.slice(0, 8).map((p, k) => <li key={k} class="mono">{where(p)}</li>)}</ul>
        </div>
      ))}
      {bug.unordered && <p><Rich text={bug.unordered} /></p>}
      {some(bug.waiting) && <ul>{bug.waiting!.map((w, i) => <li key={i}><b>{w.thread}</b>: <Rich text={w.why} /></li>)}</ul>}
      {some(bug.conditions) && (
        <>
          <p>All four conditions of a deadlock hold; without one of them there is none.</p>
          <table><tbody>{bug.conditions!.map((c) => <tr key={c.name}><th scope="row">{c.name}</th><td><Rich text={c.evidence} /></td></tr>)}</tbody></table>
        </>
      )}
      {bug.counterfactual && <><h2>What would have to be otherwise</h2><p><Rich text={bug.counterfactual.text} /></p></>}
      {bug.stack.length > 0 && <><h2>Where</h2><ul class="stack">{bug.stack.slice(0, 12).map((s, i) => <li key={i} class="mono">{s}</li>)}</ul></>}
      {bug.output && <><h2>The program's output in this execution</h2><pre tabIndex={0} aria-label="Output">{bug.output}</pre></>}
    </div>
  );
}

export function Fixes({ fixes }: { fixes: Fix[] }) {
  if (fixes.length === 0) return null;
  return (
    <section class="fixes" aria-label="What mends it">
      <h2>What mends it</h2>
      <ol>
        {fixes.map((f, i) => (
          <li key={i} class="panel">
            <h3>{i + 1}. {f.title}</h3>
            <p><Rich text={f.how} /></p>
            {(f.breaks || f.cost) && (
              <dl>
                {f.breaks && <><dt>Breaks</dt><dd><Rich text={f.breaks} /></dd></>}
                {f.cost && <><dt>Costs</dt><dd><Rich text={f.cost} /></dd></>}
              </dl>
            )}
            {f.diff && <Diff text={f.diff} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
