#include "program/spin.h"

#include "program/program.h"

namespace lockstep::runtime::spin {
namespace {

// Four independent lanes, so that the multiplications overlap.
u64 hash_state(const EntryFrame& frame, u64 stack_high) {
  const u64* word = reinterpret_cast<const u64*>(&frame);
  const u64* end = reinterpret_cast<const u64*>(stack_high);
  u64 a = reinterpret_cast<u64>(&frame), b = 1, c = 2, d = 3;
  for (; word + 4 <= end; word += 4) {
    a = (a ^ word[0]) * 0x9e3779b97f4a7c15;
    b = (b ^ word[1]) * 0xbf58476d1ce4e5b9;
    c = (c ^ word[2]) * 0x94d049bb133111eb;
    d = (d ^ word[3]) * 0xd6e8feb86659fd93;
    a ^= a >> 32, b ^= b >> 32, c ^= c >> 32, d ^= d >> 32;
  }
  for (; word < end; ++word) a = (a ^ *word) * 0x9e3779b97f4a7c15, a ^= a >> 32;
  return a + 3 * b + 5 * c + 7 * d;
}

}  // namespace

// A loop `r = load; while (!compare_exchange(r))` tries again with the value that the last attempt has seen. Then it
// stands where it would stand if the load had seen that value, which is explored as well: nothing new follows. Whether
// it does stand there is known from the execution in which the load sees it, or from running the thread up to there (a
// probe).
namespace {
bool repeats_the_load(Thread& t, u64 pc, u64 state) {
  const SpinState::Read& load = t.spin.last[0];
  const SpinState::Read& attempt = t.spin.last[1];
  if (!attempt.location || attempt.index != t.index || attempt.effects != t.effects) return false;
  Optimal& optimal = *program.optimal;
  optimal.note_arrival(t, attempt, pc, state);
  if (!attempt.failed || load.failed || load.location != attempt.location) return false;
  if (load.index + 1 != attempt.index || load.effects != t.effects || load.order != attempt.order) return false;
  return load.value != attempt.value && !optimal.plans(t) && optimal.leads_to(t, load, attempt.value, pc, state);
}

// One value for the other, and back again.
void exchange(u64 address, u32 size, const void* first, const void* newest) {
  void* memory = reinterpret_cast<void*>(address);
  if (equal_bytes(memory, newest, size)) {
    copy_bytes(memory, first, size);
  } else if (equal_bytes(memory, first, size)) {
    copy_bytes(memory, newest, size);
  }
}

// What others write into the thread's stack is no state of the thread, and is there earlier or later when a graph is
// run again. So where memory holds what they have written last it is taken to hold what was there first, and the other
// way round: a variable that has since taken the place of one that is gone still looks different whenever it differs.
class WithoutOthers {
 public:
  explicit WithoutOthers(Thread& t) : t_(t), low_(reinterpret_cast<u64>(t.entry->stack())) {
    for (u32 i = 0; i < t.on_stack.size; ++i) atomic(i);
    for (u32 i = 0; i < t.lent.size; ++i) plain(i);
  }
  ~WithoutOthers() {
    for (u32 i = t_.lent.size; i-- > 0;) plain(i);
    for (u32 i = t_.on_stack.size; i-- > 0;) atomic(i);
  }
  WithoutOthers(const WithoutOthers&) = delete;
  WithoutOthers& operator=(const WithoutOthers&) = delete;

 private:
  void atomic(u32 i) {
    const Location& l = *t_.on_stack[i];
    if (l.address >= low_) exchange(l.address, l.size, l.first->value, l.last->value);
  }
  void plain(u32 i) {
    const WrittenByOthers& w = t_.lent[i];
    if (w.address >= low_) exchange(w.address, w.size, &w.first, &w.newest);
  }

  Thread& t_;
  u64 low_;
};

u64 state_of(Thread& t) {
  WithoutOthers seen(t);
  return hash_state(*t.entry, t.stack_high);
}

bool iteration_is_pure(Thread& t) {
  constexpr u64 kDeepest = 64 << 10;  // nobody spins that deep, and looking at it all each time would be slow
  if (!t.entry || t.stack_high - reinterpret_cast<u64>(t.entry) > kDeepest) return false;
  SpinState& s = t.spin;
  u64 pc = t.entry->return_address;
  program.look_at_stack(t, reinterpret_cast<u64>(t.entry));
  u64 state = state_of(t);
  s.arrival_pc = pc;
  s.arrival = state;
  if (program.optimal && repeats_the_load(t, pc, state)) {
    t.assumed = true;  // cut, not stuck
    t.took_locks = false;
    t.await_reads = 0;
    return true;
  }
  for (SpinState::Site& site : s.sites) {
    // A loop may rotate through several states (std::lock tries the locks in turn) before it repeats one.
    if (site.pc != pc || site.state != state) continue;
    u32 reads = s.reads - site.reads;
    bool pure = site.effects == t.effects && reads > 0 && reads <= SpinState::kMaxReads;
    t.took_locks = site.lock_ops != t.lock_ops;
    site = {pc, state, t.effects, t.lock_ops, s.reads};
    t.await_reads = reads;
    return pure;
  }
  s.sites[s.next_site] = {pc, state, t.effects, t.lock_ops, s.reads};
  s.next_site = (s.next_site + 1) % SpinState::kSites;
  return false;
}
}  // namespace

void written_by_other(Thread& owner, u64 address, u32 size) {
  constexpr u32 kMost = 64;
  for (WrittenByOthers& w : owner.lent) {
    if (w.address != address || w.size != size) continue;
    w.noticed = false;
    return;
  }
  if (owner.lent.size == kMost) return;
  WrittenByOthers w = {address, size, false, 0, 0};
  copy_bytes(&w.first, reinterpret_cast<const void*>(address), size);
  owner.lent.push(program.graph.memory(), w);
}

void goes_on(Thread& t) {
  for (WrittenByOthers& w : t.lent) {
    if (!w.noticed) copy_bytes(&w.newest, reinterpret_cast<const void*>(w.address), w.size);
    w.noticed = true;
  }
}

bool iteration_ended(Thread& t) {
  if (!iteration_is_pure(t)) return false;
  // It went on from here when the graph was made. The stack can look different now: what others write into it (atomics
  // and plain data can lie there) comes earlier or later, and slots that nobody has written keep what was left there.
  if (program.optimal && program.optimal->plans(t)) return false;
  if (!t.took_locks) return true;
  // It took locks and gave them back (std::lock's retry loop): awaiting a change while it holds some would block
  // others for nothing. Repeating it shows nothing new, so an enumeration ends here; sampling just goes on.
  if (program.graph_mode) return true;
  if (program.explorer->enumerates()) program.finish(Outcome::kBlocked);
  return false;
}

void note_read(Thread& t, const u32* version, u32 seen) {
  t.spin.observed[t.spin.reads++ % SpinState::kMaxReads] = {version, seen};
}

void note_value(Thread& t, const void* location, u64 value, Order order, bool failed) {
  SpinState& s = t.spin;
  s.last[0] = s.last[1];
  s.last[1] = {location, s.arrival_pc, s.arrival, value, t.effects, t.index, t.steps - 1, order, failed};
}

bool can_go_on(const Thread& t) {
  for (u32 i = 1; i <= t.await_reads; ++i) {
    const Observed& o = t.spin.observed[(t.spin.reads - i) % SpinState::kMaxReads];
    if (*o.version != o.seen) return true;
  }
  return false;
}

}  // namespace lockstep::runtime::spin
