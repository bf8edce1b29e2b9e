// Text of the report: what stands between backquotes is code.
import type { ComponentChildren } from 'preact';

export function Rich({ text }: { text: string }) {
  const parts = text.split('`');
  // An unpaired one is a character like any other.
  if (parts.length % 2 === 0) return <>{text}</>;
  return <>{parts.map((p, i) => (i % 2 ? <code key={i}>{p}</code> : p))}</>;
}

export function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A sentence's beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function shorten(text: string, most: number): string {
  const all = [...text];
  return all.length > most ? `${all.slice(0, most - 1).join('')}…` : text;
}

export function Diff({ text }: { text: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  let head = true;
  return (
    <pre tabIndex={0} aria-label="Proposed change">
      {lines.map((l, i) => {
        if (l.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ')) head = true;
        const hunk = l.startsWith('@@');
        if (hunk) head = false;
        const sign = head || hunk ? 'head' : l[0] === '+' ? 'add' : l[0] === '-' ? 'del' : '';
        return <span key={i} class={sign}>{l || ' '}</span>;
      })}
    </pre>
  );
}

export function Panel({ title, label, children }: { title: ComponentChildren; label: string; children: ComponentChildren }) {
  return <section class="panel" aria-label={label}><div class="title">{title}</div>{children}</section>;
}
