#include "explore/optimal.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <new>

#include "program/objects.h"
#include "program/program.h"

namespace lockstep::runtime {
namespace {

// What an operation would do to an object in a state.
enum class Effect : u8 { kBlocked, kLooks, kChanges };

constexpr u64 kWriter = 1;

u64 state_of(const Object& o) {
  switch (o.kind) {
    case ObjectKind::kMutex:
      return o.owner ? 1 : 0;
    case ObjectKind::kRwLock:
      return (o.owner ? kWriter : 0) | u64{o.readers.size} << 1 | u64{o.waiting_writers} << 32;
    case ObjectKind::kSemaphore:
    case ObjectKind::kOnce:
      return o.count;
    case ObjectKind::kCondition:
      return o.waiters.size;
    default:
      return 0;
  }
}

Effect effect_at(const Object& o, u64 state, Op op, bool changes) {
  switch (op) {
    case Op::kLock:
      return state ? Effect::kBlocked : Effect::kChanges;
    case Op::kTryLock:
    case Op::kTimedLock:
      return state ? Effect::kLooks : Effect::kChanges;
    case Op::kReadLock:
    case Op::kTryReadLock:
    case Op::kTimedReadLock: {
      bool held_back = o.prefers_writers && state >> 32 && (state & 0xffffffff) >> 1;
      if (!(state & kWriter) && !held_back) return Effect::kChanges;
      return op == Op::kReadLock ? Effect::kBlocked : Effect::kLooks;
    }
    case Op::kWriteLock:
    case Op::kTryWriteLock:
    case Op::kTimedWriteLock:
      if (!(state & 0xffffffff)) return Effect::kChanges;
      return op == Op::kWriteLock ? Effect::kBlocked : Effect::kLooks;
    case Op::kSemWait:
      return state ? Effect::kChanges : Effect::kBlocked;
    case Op::kSemTryWait:
    case Op::kSemTimedWait:
      return state ? Effect::kChanges : Effect::kLooks;
    case Op::kOnceBegin:
      return state == 0 ? Effect::kChanges : state == 1 ? Effect::kBlocked : Effect::kLooks;
    case Op::kNotifyOne:
    case Op::kNotifyAll:
      return state ? Effect::kChanges : Effect::kLooks;
    default:
      return changes ? Effect::kChanges : Effect::kLooks;
  }
}

constexpr u32 kMaxEvents = 16u << 20;
constexpr u32 kMaxItems = 16u << 20;
constexpr u32 kMaxPieces = 1u << 20;
constexpr u64 kElsewhere = 1;  // a thread came to no read in a pure way
// So many that the largest is small compared with one part.
constexpr u32 kPieces = 1024;
constexpr u32 kPiecesForEach = 256;

}  // namespace

void Optimal::open() {
  if (!events_.is_open()) {
    events_.open(kMaxEvents, true);
    items_.open(kMaxItems, true);
    pending_.open(kMaxEvents, true);
    levels_.open(kMaxEvents, true);
    places_ = static_cast<List<u32>*>(reserve(protocol::kMaxThreads * sizeof(List<u32>), true));
    past_ = static_cast<u32*>(reserve(protocol::kMaxThreads * sizeof(u32), true));
    memory_.open(std::size_t{4} << 30);
    arrivals_ = static_cast<Arrival*>(reserve(kArrivals * sizeof(Arrival), true));
    pieces_.open(kMaxPieces, true);
    piece_events_.open(kMaxEvents, true);
    piece_pending_.open(kMaxEvents, true);
  }
  restart();
}

void Optimal::restart() {
  const protocol::Config& c = program.segment->config;
  bool parts = c.shard_count > 1 || c.job_count > 1;
  lost_parts_ = parts && (pieces_.size() || split_runs_);
  pieces_.clear();
  piece_events_.clear();
  piece_pending_.clear();
  next_piece_ = own_pieces_ = split_runs_ = 0;
  finished_pieces_ = 0;
  finished_executions_ = split_executions_ = piece_began_ = 0;
  splitting_ = true;
  if (c.pool_fd && !pool_) {
    i64 at = raw_syscall(SYS_mmap, 0, sizeof(protocol::Pool), PROT_READ | PROT_WRITE, MAP_SHARED, c.pool_fd, 0);
    if (at < 0) fatal("the search's shared counter cannot be mapped");
    pool_ = reinterpret_cast<protocol::Pool*>(at);
  }
  events_.clear();
  items_.clear();
  pending_.clear();
  levels_.clear();
  level_ = {0, 0, 0, kNoName, kNoName};
  planned_ = items_at_begin_ = stamp_ = planned_stamp_ = 0;
  executions_ = 0;
  logging_ = done_ = diverged_ = false;
}

void Optimal::begin(u64, u64) {
  diverged_ = false;
  events_.resize(level_.first_event + planned_);
  items_.resize(items_at_begin_);
  stamp_ = planned_stamp_;
  cursor_ = 0;
  current_ = owner_ = nullptr;
  novel_ = false;
  clear_index();
}

void Optimal::clear_index() {
  memory_.reset();
  for (u32 i = 0; i < threads_; ++i) places_[i] = {};
  places_[0] = {};
  threads_ = 1;
  late_ = {};
  work_ = {};
}

bool Optimal::log_again() {
  planned_ = count();
  planned_stamp_ = stamp_;
  items_at_begin_ = static_cast<u32>(items_.size());
  for (u32 i = 0; i < count(); ++i) at(i).fresh = at(i).validate = false;
  logging_ = true;
  return true;
}

// ---- the running execution ----

void Optimal::diverge() {
  diverged_ = true;
  program.finish(Outcome::kDiverged);
}

Event* Optimal::find(Name name) {
  if (!is_event(name) || thread_of(name) >= threads_) return nullptr;
  List<u32>& places = places_[thread_of(name)];
  return step_of(name) < places.size ? &at(places[step_of(name)]) : nullptr;
}

Pending* Optimal::pending_of(u32 thread, u32 step) {
  for (u32 i = level_.first_pending; i < pending_.size(); ++i) {
    if (pending_[i].name == make_name(thread, step)) return &pending_[i];
  }
  return nullptr;
}

bool Optimal::is_placed(const Pending& p) { return find(p.name) != nullptr; }

Thread* Optimal::next(Thread* current) {
  if (cursor_ < planned_) {
    Thread& t = program.thread(at(cursor_).thread);
    if (at(cursor_).thread >= program.thread_count() || t.state != ThreadState::kRunnable) diverge();
    // An event that is not preceded by a point of choice was reached another way.
    if (!t.deferred && !Program::enabled(t)) diverge();
    return &t;
  }
  // What was revisited goes on as soon as it can.
  Pending* first = nullptr;
  for (u32 i = level_.first_pending; i < pending_.size(); ++i) {
    Pending& p = pending_[i];
    if ((first && first->stamp < p.stamp) || thread_of(p.name) >= program.thread_count() || is_placed(p)) continue;
    Thread& t = program.thread(thread_of(p.name));
    if (t.state == ThreadState::kRunnable && t.steps == step_of(p.name) && Program::enabled(t)) first = &p;
  }
  if (first) return &program.thread(thread_of(first->name));
  Thread* deferred = nullptr;
  Thread* chance = nullptr;
  Thread* yielding = nullptr;
  auto fits = [&](Thread& t) {
    if (t.deferred) deferred = &t;
    if (t.deferred || !Program::enabled(t)) return false;
    if (t.yielding) {
      if (!yielding) yielding = &t;
      return false;
    }
    if (!waits_for_chance(t)) return true;
    if (!chance) chance = &t;
    return false;
  };
  if (current && fits(*current)) return current;
  for (u16 id : program.live()) {
    if (fits(program.thread(id))) return chance ? chance : &program.thread(id);
  }
  return yielding ? yielding : deferred;
}

Event& Optimal::take(Thread& t, EventKind kind, u64 object, const void* where) {
  Event* e;
  if (LOCKSTEP_UNLIKELY(probing_) && t.id == probe_thread_ && t.steps > probe_step_) probed(kElsewhere);
  if (cursor_ < planned_) {
    e = &at(cursor_);
    if (e->thread != t.id || e->step != t.steps || e->kind != kind || e->object != object) diverge();
    novel_ = e->fresh;
  } else {
    if (step_of(make_name(0, t.steps)) != t.steps || events_.full()) program.finish(Outcome::kDepth);
    Pending* p = pending_.size() > level_.first_pending ? pending_of(t.id, t.steps) : nullptr;
    e = &events_.push({});
    e->object = object;
    e->placed = ++stamp_;
    e->stamp = p ? p->stamp : stamp_;
    e->source = kNoName;
    e->commit = p ? p->commit : kNoName;
    e->thread = t.id;
    e->step = t.steps;
    e->kind = kind;
    e->after_thread = protocol::kNoThread;
    e->creator = t.creator;
    e->creator_steps = t.create_steps;
    novel_ = true;
  }
  while (threads_ <= t.id) places_[threads_++] = {};
  places_[t.id].push(memory_, cursor_++);
  ++t.steps;
  e->where = where;
  e->index = t.index + 1;
  e->store = nullptr;
  e->from = nullptr;
  return *(current_ = e);
}

u32 Optimal::choice(ChoiceKind kind, u32 n, Thread& t) {
  bool was_novel = novel_;
  bool belongs = owner_ && owner_->thread == t.id && (kind == ChoiceKind::kNotify || kind == ChoiceKind::kSpurious);
  bool planned = cursor_ < planned_;
  Event& e = take(t, EventKind::kChoice, 0, nullptr);
  if (belongs) novel_ |= was_novel;
  if (planned) {
    if (e.n != n) diverge();
    return e.pick;
  }
  e.n = static_cast<u16>(n);
  if (belongs) {
    ++owner_->choices;
    e.group = static_cast<u8>(e.step - owner_->step);
  }
  for (u32 i = n; i-- > 1;) push(ItemKind::kChoose, e.stamp, e.name()).pick = static_cast<u16>(i);
  return 0;
}

void Optimal::belongs(u32 events) {
  Event& e = *current_;
  if (!novel_ || e.group) return;
  e.group = static_cast<u8>(events);
  Event& first = at(places_[e.thread][e.step - events]);
  if (first.choices < events) first.choices = static_cast<u16>(events);
}

void Optimal::waited(Thread& t, u32 thread, u32 steps) {
  bool planned = cursor_ < planned_;
  Event& e = take(t, EventKind::kWait, 0, nullptr);
  owner_ = &e;
  if (planned) return;
  e.after_thread = static_cast<u16>(thread);
  e.after_steps = steps;
}

// ---- the causal past ----

void Optimal::clear_past() {
  for (u32 i = 0; i < threads_; ++i) past_[i] = 0;
}

void Optimal::include(u32 thread, u32 steps) {
  if (thread >= threads_) return;
  work_.size = 0;
  work_.push(memory_, {thread, steps});
  while (work_.size) {
    Reach r = work_[--work_.size];
    if (r.thread >= threads_) continue;
    while (past_[r.thread] < r.steps && past_[r.thread] < places_[r.thread].size) {
      const Event& e = at(places_[r.thread][past_[r.thread]++]);
      if (e.step == 0 && e.creator != protocol::kNoThread) {
        work_.push(memory_, {e.creator, e.creator_steps});
      }
      if (e.after_thread != protocol::kNoThread) work_.push(memory_, {e.after_thread, e.after_steps});
      if (const Event* s = find(e.source)) {
        work_.push(memory_, {s->thread, s->step + 1 + s->choices});
      }
    }
  }
}

void Optimal::include_cause(Name source) {
  if (const Event* s = find(source)) include(s->thread, s->step + 1 + s->choices);
}

void Optimal::past_before(const Point& p) {
  clear_past();
  include(p.thread, p.step);
  if (p.after_thread != protocol::kNoThread) include(p.after_thread, p.after_steps);
  if (p.step == 0 && p.creator != protocol::kNoThread) include(p.creator, p.creator_steps);
}

// ---- revisits ----

// Was `e` added in the latest possible way, seen from what was there before it and the present past?
bool Optimal::latest(const Event& e) {
  auto before = [&](const Event& y) { return y.placed <= e.stamp || in_past(y); };
  if (const Event* c = find(e.commit)) {
    if (!in_past(*c)) return false;
    if (e.kind == EventKind::kWait || e.writes) return true;
  }
  switch (e.kind) {
    case EventKind::kChoice:
      return e.pick == 0;
    case EventKind::kWait:
      return true;
    case EventKind::kMemory: {
      if (e.reads) {
        const Event* s = find(e.source);
        if (s && !before(*s)) return false;
      }
      const Store* s = e.writes ? e.store : e.from;
      for (s = s->next; s; s = s->next) {
        const Event* y = find(s->name);
        if (y && y != newest_ && before(*y)) return false;
      }
      return true;
    }
    case EventKind::kObject: {
      const Event* s = find(e.source);
      if (s && !before(*s)) return false;
      if (e.writes) return true;
      for (const Event* y = s ? s + 1 : &at(0); y < events_.end(); ++y) {
        if (y->kind == EventKind::kObject && y->where == e.where && y->writes && y != newest_ && before(*y))
          return false;
      }
      return true;
    }
  }
  return true;
}

void Optimal::examine(const Event* newest) {
  newest_ = newest;
  bad_stamp_ = 0;
  late_.size = 0;
  Bump& memory = memory_;
  for (Event* e = &at(0); e < events_.end(); ++e) {
    if (e == newest || in_past(*e)) continue;
    const Event* s = e->kind == EventKind::kMemory ? find(e->source) : nullptr;
    if (e->commit != kNoName) {
      late_.push(memory, {e->stamp, e->name(), e->commit});
    } else if (s && s->stamp > e->stamp) {
      late_.push(memory, {e->stamp, e->name(), e->source});
    }
    if (e->stamp > bad_stamp_ && !latest(*e)) bad_stamp_ = e->stamp;
  }
  for (u32 i = level_.first_pending; i < pending_.size(); ++i) {
    const Pending& p = pending_[i];
    if (is_placed(p)) continue;
    late_.push(memory, {p.stamp, p.name, p.commit});
    const Event* c = find(p.commit);
    if (p.stamp > bad_stamp_ && !(c && in_past(*c))) bad_stamp_ = p.stamp;
  }
}

bool Optimal::may_revisit(Name reader, u32 stamp) {
  if (bad_stamp_ >= stamp) return false;
  for (const Late& l : late_) {
    if (l.stamp >= stamp || l.name == reader) continue;
    if (l.cause == reader) return false;
    const Event* c = find(l.cause);
    if (!c || !(in_past(*c) || c->stamp <= stamp)) return false;
  }
  return true;
}

Item& Optimal::push(ItemKind kind, u32 stamp, Name event) {
  if (LOCKSTEP_UNLIKELY(items_.full())) {
    lost_parts_ = true;
    return spare_item_;
  }
  Item& item = items_.push({});
  item.kind = kind;
  item.stamp = stamp;
  item.event = event;
  item.source = item.target = kNoName;
  return item;
}

// ---- memory ----

Store* Optimal::store_named(Location& l, Name name) {
  if (const Event* e = find(name)) return e->where == &l ? e->store : nullptr;
  for (Store* s = l.first; s; s = s->next) {
    if (s->name == name) return s;
  }
  return nullptr;
}

Store* Optimal::planned_read(Thread& t, Location& l, Op op) {
  bool planned = cursor_ < planned_;
  Event& e = take(t, EventKind::kMemory, l.address, &l);
  owner_ = &e;
  planned_event_ = planned;
  e.op = op;
  e.size = l.size;
  e.reads = true;
  l.reads.push(program.graph.memory(), cursor_ - 1);
  if (!planned) return nullptr;
  wanted_ = store_named(l, e.source);
  if (!wanted_) e.validate ? program.finish(Outcome::kPruned) : diverge();
  e.from = wanted_;
  if (e.fresh) e.writes = false;
  return e.validate || logging_ ? nullptr : wanted_;
}

Store* Optimal::read(Thread& t, Store* const* allowed, u32 n, Store* const* taken, u32 m) {
  Event& e = *current_;
  if (planned_event_) {
    for (u32 i = 0; i < n; ++i) {
      if (allowed[i] != wanted_) continue;
      if (logging_ && n > 1) program.log(ChoiceKind::kReadsFrom, n, i, t.id);
      return wanted_;
    }
    if (!e.validate) diverge();
    program.finish(Outcome::kPruned);
  }
  e.source = allowed[0]->name;
  e.from = allowed[0];
  for (u32 i = n; i-- > 1;) push(ItemKind::kRead, e.stamp, e.name()).source = allowed[i]->name;
  for (u32 i = 0; i < m; ++i) {
    // It would stand between a store and the RMW that reads it; that one has to go, or to read from here.
    const Event* rival = find(taken[i]->rmw->name);
    if (!rival) continue;
    past_before(point_of(e));
    include_cause(taken[i]->name);
    if (in_past(*rival)) continue;
    examine(&e);
    for (Event* r = &at(0); r < events_.end(); ++r) {
      if (r->where != e.where || r->kind != EventKind::kMemory || !r->reads || r == &e || in_past(*r)) continue;
      if (r->stamp > rival->stamp || !may_revisit(r->name(), r->stamp)) continue;
      Item& item = push(ItemKind::kConflict, e.stamp, e.name());
      item.source = taken[i]->name;
      item.target = r->name();
      item.op = e.op;
      item.object = e.object;
      item.after_thread = e.after_thread;
      item.after_steps = e.after_steps;
      item.creator = e.creator;
      item.creator_steps = e.creator_steps;
    }
  }
  return allowed[0];
}

Store* Optimal::planned_place(Thread& t, Location& l) {
  bool planned = cursor_ < planned_;
  Event& e = take(t, EventKind::kMemory, l.address, &l);
  owner_ = &e;
  planned_event_ = planned;
  e.op = Op::kStore;
  e.size = l.size;
  e.writes = true;
  if (!planned || e.fresh) return nullptr;
  wanted_ = l.last;
  while (wanted_->position > e.position) wanted_ = wanted_->previous;
  return logging_ ? nullptr : wanted_;
}

Store* Optimal::place(Thread& t, Store* const* allowed, u32 n) {
  Event& e = *current_;
  if (planned_event_ && !e.fresh) {
    for (u32 i = 0; i < n; ++i) {
      if (allowed[i] != wanted_) continue;
      if (n > 1) program.log(ChoiceKind::kStorePlace, n, i, t.id);
      return wanted_;
    }
    diverge();
  }
  for (u32 i = n; i-- > 1;) {
    u64 low = allowed[i]->position;
    u64 middle = low + (allowed[i]->next->position - low) / 2;
    if (middle == low) {
      program.graph.approximated = true;
      continue;
    }
    push(ItemKind::kPlace, e.stamp, e.name()).position = middle;
  }
  return allowed[0];
}

u64 Optimal::planned_position() const { return planned_event_ && !owner_->fresh ? owner_->position : 0; }

void Optimal::wrote(Location& l, Store& store) {
  Event& e = *owner_;
  e.writes = true;
  e.store = &store;
  store.name = e.name();
  if (planned_event_ && !e.fresh) return;
  e.position = store.position;
  if (LOCKSTEP_UNLIKELY(program.graph.renumbered)) {
    program.graph.renumbered = false;
    for (Store* s = l.first; s; s = s->next) {
      if (Event* other = find(s->name)) other->position = s->position;
    }
  }
  if (e.name() == level_.writer) return;
  bool examined = false;
  for (u32 i : l.reads) {
    const Event& r = at(i);
    if (r.thread == e.thread) continue;
    if (!examined) {
      past_before(point_of(e));
      include_cause(e.source);
      if (in_past(r)) continue;
      examine(&e);
      examined = true;
    }
    if (in_past(r)) continue;
    if (may_revisit(r.name(), r.stamp)) push(ItemKind::kRevisit, e.placed, e.name()).target = r.name();
  }
}

// ---- objects ----

void Optimal::operate(Thread& t, Object& object, Op op, bool changes) {
  bool planned = cursor_ < planned_;
  Event& e = take(t, EventKind::kObject, object.address, &object);
  owner_ = &e;
  u64 state = state_of(object);
  if (Event* last = find(object.last_change)) {
    last->state = state;
  } else {
    object.first_state = state;
  }
  if (planned && !e.fresh && (e.source != object.last_change || e.writes != changes)) diverge();
  if (planned && e.fresh && e.source != object.last_change) program.finish(Outcome::kPruned);
  e.source = object.last_change;
  e.reads = true;
  e.writes = changes;
  e.op = op;
  if (changes) object.last_change = e.name();
  if (planned) return;
  if (e.commit == kNoName) positions(point_of(e), object, op, changes, &e, kNoName);
  if (!changes) return;
  // Those who only looked may look at this.
  past_before(point_of(e));
  include_cause(e.source);
  examine(&e);
  u32 oldest = oldest_waiting(object.address);
  for (Event* r = &at(0); r < events_.end(); ++r) {
    if (r->where != &object || r->kind != EventKind::kObject || r->writes || r == &e || in_past(*r)) continue;
    if (r->stamp < oldest && may_revisit(r->name(), r->stamp)) {
      push(ItemKind::kRevisit, e.placed, e.name()).target = r->name();
    }
  }
}

u32 Optimal::oldest_waiting(u64 object) {
  u32 oldest = ~0u;
  for (u32 i = level_.first_pending; i < pending_.size(); ++i) {
    const Pending& p = pending_[i];
    if (p.object == object && p.stamp < oldest && !is_placed(p)) oldest = p.stamp;
  }
  return oldest;
}

// The other places in the order of an object's operations where this one could stand.
// `before`: only those before this operation.
void Optimal::positions(const Point& p, Object& object, Op op, bool changes, const Event* self, Name before) {
  List<u32> chain = {};
  Bump& memory = memory_;
  for (u32 i = 0; i < count(); ++i) {
    const Event& c = at(i);
    if (c.kind == EventKind::kObject && c.where == &object && c.writes && &c != self) chain.push(memory, i);
  }
  if (!chain.size) return;
  u32 cut = self ? self->stamp : stamp_ + 1;
  Name name = make_name(p.thread, p.step);
  auto fill = [&](Item& item) {
    item.op = op;
    item.object = object.address;
    item.after_thread = p.after_thread;
    item.after_steps = p.after_steps;
    item.creator = p.creator;
    item.creator_steps = p.creator_steps;
  };
  for (u32 k = chain.size; k-- > 0;) {
    if (before != kNoName && at(chain[k]).name() != before) continue;
    before = kNoName;
    past_before(p);
    if (in_past(at(chain[k]))) return;
    Name source = k ? at(chain[k - 1]).name() : kNoName;
    u64 state = k ? at(chain[k - 1]).state : object.first_state;
    Effect effect = effect_at(object, state, op, changes);
    if (effect == Effect::kBlocked) continue;
    include_cause(source);
    if (effect == Effect::kLooks) {
      if (!self) continue;
      if (!may_look_before(at(chain[k]), p, source)) continue;
      if (program.model->before) {
        // What it would come before must not be before it by the order of memory accesses either.
        Thread& t = program.thread(p.thread);
        const Event& c = at(chain[k]);
        Query q = {nullptr, program.known_to(t), t.id, t.index + 1, Order::kSeqCst, false, false};
        if (program.model->before(program.graph, q)->get(c.thread) >= c.index) continue;
      }
      Item& item = push(ItemKind::kLook, cut, name);
      item.source = source;
      item.target = at(chain[k]).name();
      fill(item);
      continue;
    }
    // The oldest of those that change the object behind that place, and whoever looked before that one was there.
    examine(self);
    Name rival = kNoName;
    u32 oldest = ~0u;
    auto consider = [&](Name candidate, u32 stamp) {
      if (stamp < oldest) {
        oldest = stamp;
        rival = candidate;
      }
    };
    for (u32 i = k; i < chain.size; ++i) consider(at(chain[i]).name(), at(chain[i]).stamp);
    for (u32 i = level_.first_pending; i < pending_.size(); ++i) {
      if (pending_[i].object == object.address && !is_placed(pending_[i])) {
        consider(pending_[i].name, pending_[i].stamp);
      }
    }
    auto revisit = [&](Name target) {
      Item& item = push(ItemKind::kOperate, cut, name);
      item.source = source;
      item.target = target;
      fill(item);
    };
    if (may_revisit(rival, oldest)) revisit(rival);
    for (u32 i = 0; i < count(); ++i) {
      const Event& r = at(i);
      if (r.kind != EventKind::kObject || r.where != &object || r.writes || &r == self || in_past(r)) continue;
      if (r.stamp < oldest && may_revisit(r.name(), r.stamp)) revisit(r.name());
    }
  }
}

// Could it look at the object after `source` and before `next_change`? Not if that one is before it in the order of
// execution already: by cause, or because others looked before what they were followed by.
bool Optimal::may_look_before(const Event& next_change, const Point& p, Name source) {
  mark_earlier(p, source);
  return !earlier_[&next_change - &at(0)];
}

// Marks all events that must be executed before an operation with this past: the past, and whoever has looked at an
// object before the past has changed it. The order of execution extends both relations, so one pass is enough.
void Optimal::mark_earlier(const Point& p, Name source) {
  past_before(p);
  include_cause(source);
  u32 n = count();
  earlier_ = memory_.make<u8>(n + 1);
  for (u32 i = n; i-- > 0;) {
    Event& e = at(i);
    earlier_[i] = in_past(e);
    if (!earlier_[i] && e.kind == EventKind::kObject) {
      for (u32 j = i + 1; j < n && !earlier_[i]; ++j) {
        const Event& c = at(j);
        earlier_[i] = earlier_[j] && c.kind == EventKind::kObject && c.object == e.object && c.writes;
      }
    }
    if (earlier_[i]) include(e.thread, e.step + 1 + e.choices);
  }
}

void Optimal::could_go_on(Thread& t, Object& object, Op op) {
  const Event& e = *current_;
  if (!novel_ || cursor_ <= planned_ || e.commit != kNoName) return;
  Point p = {t.id, protocol::kNoThread, t.creator, e.step, 0, t.create_steps};
  positions(p, object, op, true, &e, t.woken_event);
}

void Optimal::ended() {
  if (logging_) return;
  for (u16 id : program.live()) {
    Thread& t = program.thread(id);
    if (t.stopped || t.awaiting || t.local || t.deferred || !t.waits_for || !t.ready || t.ready(t)) continue;
    if (t.sleeping || pending_of(t.id, t.steps)) continue;
    Object& object = *t.waits_for;
    if (Event* last = find(object.last_change)) {
      last->state = state_of(object);
    }
    Point p = {t.id, protocol::kNoThread, t.creator, t.steps, 0, t.create_steps};
    positions(p, object, t.pending.op, true, nullptr, kNoName);
  }
}

// ---- what threads do by themselves ----

namespace {
u64 scramble(u64 a, u64 b) {
  a = (a ^ (b + 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
  return a ^ (a >> 31);
}
u64 arrival_key(const SpinState::Read& from, u64 value) { return scramble(scramble(from.pc, from.state), value) | 1; }
}  // namespace

Optimal::Arrival* Optimal::arrival_of(u64 key) {
  for (u32 i = static_cast<u32>(key >> 20) % kArrivals;; i = (i + 1) % kArrivals) {
    if (arrivals_[i].key == key || !arrivals_[i].key) return &arrivals_[i];
  }
}

void Optimal::remember(u64 key, u64 place) {
  Arrival* a = arrival_of(key);
  if (a->key || arrival_count_ == kArrivals / 2) return;
  ++arrival_count_;
  *a = {key, place};
}

void Optimal::probed(u64 place) {
  probing_ = false;
  remember(probe_key_, place);
  program.finish(Outcome::kProbed);
}

bool Optimal::ends_probe() {
  if (!probing_) return false;
  probing_ = false;
  remember(probe_key_, kElsewhere);
  return true;
}

void Optimal::note_arrival(const Thread& t, const SpinState::Read& from, u64 pc, u64 state) {
  if (LOCKSTEP_UNLIKELY(probing_) && t.id == probe_thread_ && t.steps == probe_step_ + 1) probed(scramble(pc, state));
  if (!probing_) remember(arrival_key(from, from.value), scramble(pc, state));
}

bool Optimal::plans(const Thread& t) {
  for (u32 i = cursor_; i < planned_; ++i) {
    if (at(i).thread == t.id) return true;
  }
  return false;
}

bool Optimal::leads_to(const Thread& t, const SpinState::Read& from, u64 value, u64 pc, u64 state) {
  u64 key = arrival_key(from, value);
  Arrival* a = arrival_of(key);
  if (a->key) return a->place == scramble(pc, state);
  if (arrival_count_ == kArrivals / 2 || probing_ || logging_) return false;
  probing_ = true;
  probe_thread_ = t.id;
  probe_step_ = from.step;
  probe_value_ = value;
  probe_key_ = key;
  // What was found out so far is done again.
  program.finish(Outcome::kProbed);
}

// ---- between executions ----

bool Optimal::end(Outcome outcome) {
  if (outcome == Outcome::kDiverged) return false;
  bool whole = outcome == Outcome::kCompleted || outcome == Outcome::kBug;
  executions_ += whole;
  logging_ = false;
  for (u32 i = 0; i < planned_ && i < count(); ++i) at(i).fresh = at(i).validate = false;
  if (splitting_ && too_large_to_split()) {
    // What this execution has left stays one piece, the first part's.
    const protocol::Config& c = program.segment->config;
    splitting_ = false;
    split_executions_ = executions_;
    if (c.shard_index == 0 && c.job_index == 0) return prepare_next();
    items_.resize(level_.first_item);
    return take_piece();
  }
  if (splitting_) {
    ++split_runs_;
    keep_pieces();
    u32 shards = program.segment->config.shard_count;
    u32 wanted = shards * kPiecesForEach > kPieces ? shards * kPiecesForEach : kPieces;
    if (next_piece_ < pieces_.size() && pieces_.size() - next_piece_ < wanted) {
      restore(pieces_[next_piece_++]);
      return prepare_next();
    }
    splitting_ = false;
    split_executions_ = executions_;
    return take_piece();
  }
  return prepare_next();
}

bool Optimal::prepare_next() {
  Item item;
  do {
    while (items_.size() == level_.first_item) {
      if (!levels_.size()) return take_piece();
      events_.resize(level_.first_event);
      pending_.resize(level_.first_pending);
      level_ = levels_.back();
      levels_.pop();
    }
    item = items_.back();
    items_.pop();
  } while (!take_up(item));
  items_at_begin_ = static_cast<u32>(items_.size());
  planned_ = count();
  planned_stamp_ = stamp_;
  return true;
}

// ---- parts of a search ----

bool Optimal::counts() const {
  const protocol::Config& c = program.segment->config;
  return !splitting_ || (c.job_index == 0 && split_runs_ % (c.shard_count ? c.shard_count : 1) == c.shard_index);
}

bool Optimal::too_large_to_split() {
  u64 room = kMaxEvents / 2;
  return piece_events_.size() + u64{count()} * (items_.size() - level_.first_item) > room;
}

// Sets each item of the level apart, with its graph.
void Optimal::keep_pieces() {
  for (u32 i = level_.first_item; i < items_.size(); ++i) {
    Piece piece = {};
    piece.item = items_[i];
    piece.reader = level_.reader;
    piece.writer = level_.writer;
    piece.first_event = static_cast<u32>(piece_events_.size());
    piece.first_pending = static_cast<u32>(piece_pending_.size());
    for (u32 k = 0; k < count(); ++k) {
      if (at(k).placed <= piece.item.stamp) piece_events_.push(at(k));
    }
    for (u32 k = level_.first_pending; k < pending_.size(); ++k) piece_pending_.push(pending_[k]);
    piece.events = static_cast<u32>(piece_events_.size()) - piece.first_event;
    piece.pendings = static_cast<u32>(piece_pending_.size()) - piece.first_pending;
    pieces_.push(piece);
  }
  items_.resize(level_.first_item);
}

void Optimal::restore(const Piece& piece) {
  events_.clear();
  items_.clear();
  pending_.clear();
  levels_.clear();
  level_ = {0, 0, 0, piece.reader, piece.writer};
  for (u32 i = 0; i < piece.events; ++i) events_.push(piece_events_[piece.first_event + i]);
  for (u32 i = 0; i < piece.pendings; ++i) pending_.push(piece_pending_[piece.first_pending + i]);
  items_.push(piece.item);
}

namespace {
u64 common_divisor(u64 a, u64 b) {
  while (b) {
    u64 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
}  // namespace

// The next piece of this part: of those that the shard has, jobs take them as they come.
bool Optimal::take_piece() {
  const protocol::Config& c = program.segment->config;
  if (piece_began_) {
    ++finished_pieces_;
    finished_executions_ += executions_ - (piece_began_ - 1);
  }
  piece_began_ = executions_ + 1;
  u32 shards = c.shard_count ? c.shard_count : 1;
  u64 number = pool_ && !lost_parts_ ? pool_->next_piece.fetch_add(1, std::memory_order_relaxed)
                                     : u64{own_pieces_++} * (c.job_count ? c.job_count : 1) + c.job_index;
  u64 place = number * shards + c.shard_index;
  u64 n = pieces_.size() - next_piece_;
  if (place >= n) {
    done_ = true;
    return false;
  }
  // In an order that has nothing to do with where they come from, so that those explored say how large the others are.
  u64 stride = n * 618 / 1000 + 1;
  while (common_divisor(stride, n) != 1) ++stride;
  restore(pieces_[next_piece_ + place * stride % n]);
  return prepare_next();
}

namespace {

// What a saved state begins with: tables follow, each its elements.
struct Saved {
  u64 magic;
  u64 sizes;  // of the records: another build's state is not this one's
  u64 events, items, pending, levels, pieces, piece_events, piece_pending;
  u32 first_event, first_item, first_pending, reader, writer;
  u32 planned, items_at_begin, stamp, next_piece, own_pieces, split_runs, splitting;
  u64 executions;
  u64 finished_pieces, finished_executions, split_executions, piece_began;
};
constexpr u64 kSavedMagic = 0x31706b434f4c;  // "LOCkp1"

bool transfer(int call, int fd, const void* data, u64 bytes) {
  const u8* at = static_cast<const u8*>(data);
  while (bytes) {
    i64 n = raw_syscall(call, fd, reinterpret_cast<i64>(at), static_cast<i64>(bytes));
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<u64>(n);
  }
  return true;
}

}  // namespace

bool Optimal::save(int fd) const {
  Saved s = {kSavedMagic,
             sizeof(Event) << 40 | sizeof(Item) << 24 | sizeof(Pending) << 16 | sizeof(Piece),
             events_.size(),
             items_.size(),
             pending_.size(),
             levels_.size(),
             pieces_.size(),
             piece_events_.size(),
             piece_pending_.size(),
             level_.first_event,
             level_.first_item,
             level_.first_pending,
             level_.reader,
             level_.writer,
             planned_,
             items_at_begin_,
             planned_stamp_,
             next_piece_,
             own_pieces_,
             split_runs_,
             splitting_,
             executions_,
             finished_pieces_,
             finished_executions_,
             split_executions_,
             piece_began_};
  auto table = [&](const auto& t) { return transfer(SYS_write, fd, &t[0], t.size() * sizeof t[0]); };
  return transfer(SYS_write, fd, &s, sizeof s) && table(events_) && table(items_) && table(pending_) &&
         table(levels_) && table(pieces_) && table(piece_events_) && table(piece_pending_);
}

bool Optimal::load(int fd) {
  Saved s = {};
  if (!transfer(SYS_read, fd, &s, sizeof s) || s.magic != kSavedMagic ||
      s.sizes != (sizeof(Event) << 40 | sizeof(Item) << 24 | sizeof(Pending) << 16 | sizeof(Piece))) {
    return false;
  }
  auto table = [&](auto& t, u64 n) {
    if (n > t.capacity()) return false;
    t.resize(n);
    return transfer(SYS_read, fd, &t[0], n * sizeof t[0]);
  };
  if (!table(events_, s.events) || !table(items_, s.items) || !table(pending_, s.pending) ||
      !table(levels_, s.levels) || !table(pieces_, s.pieces) || !table(piece_events_, s.piece_events) ||
      !table(piece_pending_, s.piece_pending)) {
    restart();
    return false;
  }
  level_ = {s.first_event, s.first_item, s.first_pending, s.reader, s.writer};
  planned_ = s.planned;
  items_at_begin_ = s.items_at_begin;
  planned_stamp_ = s.stamp;
  next_piece_ = s.next_piece;
  own_pieces_ = s.own_pieces;
  split_runs_ = s.split_runs;
  splitting_ = s.splitting;
  executions_ = s.executions;
  finished_pieces_ = s.finished_pieces;
  finished_executions_ = s.finished_executions;
  split_executions_ = s.split_executions;
  piece_began_ = s.piece_began;
  return true;
}

// ---- plans ----

void Optimal::cut(u32 stamp) {
  u32 kept = 0;
  for (u32 i = 0; i < count(); ++i) {
    if (at(i).placed <= stamp) at(kept++) = at(i);
  }
  events_.resize(level_.first_event + kept);
}

void Optimal::index() {
  clear_index();
  for (u32 i = 0; i < count(); ++i) {
    u32 thread = at(i).thread;
    while (threads_ <= thread) places_[threads_++] = {};
    places_[thread].push(memory_, i);
  }
}

bool Optimal::take_up(const Item& item) {
  cut(item.kind == ItemKind::kLook ? item.stamp - 1 : item.stamp);
  index();
  stamp_ = item.stamp;
  switch (item.kind) {
    case ItemKind::kRead:
    case ItemKind::kPlace:
    case ItemKind::kChoose: {
      Event& e = *find(item.event);
      if (item.kind == ItemKind::kRead) {
        e.source = item.source;
        e.fresh = true;
        e.choices = 0;
      } else if (item.kind == ItemKind::kPlace) {
        e.position = item.position;
        if (item.event == level_.writer) {
          if (Event* r = find(level_.reader)) r->validate = r->fresh = true;
        }
      } else {
        e.pick = item.pick;
        e.fresh = true;
      }
      return true;
    }
    case ItemKind::kLook:
      look(item);
      return true;
    default:
      return branch(item);
  }
}

Event Optimal::event_of(const Item& item, EventKind kind) const {
  Event e = {};
  e.object = item.object;
  e.stamp = e.placed = item.stamp;
  e.source = item.source;
  e.commit = kNoName;
  e.thread = static_cast<u16>(thread_of(item.event));
  e.step = step_of(item.event);
  e.after_thread = item.after_thread;
  e.after_steps = item.after_steps;
  e.creator = item.creator;
  e.creator_steps = item.creator_steps;
  e.kind = kind;
  e.op = item.op;
  e.reads = true;
  e.fresh = true;
  return e;
}

// An operation that only looks, at an earlier state: it is executed before the next change.
void Optimal::look(const Item& item) {
  Event e = event_of(item, EventKind::kObject);
  mark_earlier(point_of(e), item.source);
  u32 n = count();
  u32 first = static_cast<u32>(events_.size());
  for (u32 pass = 0; pass < 2; ++pass) {
    for (u32 i = 0; i < n; ++i) {
      if (earlier_[i] == (pass == 0)) {
        Event copy = at(i);
        events_.push(copy);
      }
    }
    if (pass == 0) events_.push(e);
  }
  for (u32 i = 0; i < n + 1; ++i) at(i) = events_[first + i];
  events_.resize(level_.first_event + n + 1);
}

// A backward revisit: a new level, whose graph is what is older than the reader, the past of the writer, and both.
bool Optimal::branch(const Item& item) {
  const Event* old = find(item.event);
  Event writer = {};
  if (item.kind == ItemKind::kRevisit) {
    writer = *old;
    past_before(point_of(writer));
    include_cause(writer.source);
    include(writer.thread, writer.step + 1 + writer.choices);
  } else {
    writer = event_of(item, item.kind == ItemKind::kConflict ? EventKind::kMemory : EventKind::kObject);
    past_before(point_of(writer));
    include_cause(writer.source);
  }
  const Event* target = find(item.target);
  Pending waiting = {item.target, item.event, 0, 0};
  bool to_wait = true;  // the reader is an operation on an object
  Event reader = {};
  if (target) {
    reader = *target;
    waiting.stamp = target->stamp;
    waiting.object = target->object;
    to_wait = target->kind != EventKind::kMemory;
  } else {
    const Pending& p = *pending_of(thread_of(item.target), step_of(item.target));
    waiting.stamp = p.stamp;
    waiting.object = p.object;
  }
  u32 n = count();
  if (events_.size() + n + 8 > events_.capacity()) {
    lost_parts_ = true;
    return false;
  }
  u32 first_event = static_cast<u32>(events_.size());
  u32 first_pending = static_cast<u32>(pending_.size());
  Event choices[8];
  u32 choice_count = 0;
  Event lead[4];  // events of the reader's operation before it, which is done in one go
  u32 lead_count = 0;
  for (u32 i = 0; i < n; ++i) {
    const Event& e = at(i);
    Name name = e.name();
    if (name == item.event || name == item.target) continue;
    if (target && e.thread == target->thread && e.step < target->step && target->step - e.step <= target->group) {
      if (lead_count < 4) lead[lead_count++] = e;
      continue;
    }
    if (e.thread == writer.thread && e.step > writer.step) {
      // Choices of the writer's own operation; nothing else of its thread is behind it.
      if (item.kind == ItemKind::kRevisit && in_past(e) && choice_count < 8) choices[choice_count++] = e;
      continue;
    }
    bool placed = e.kind == EventKind::kMemory || e.placed <= waiting.stamp;
    if (in_past(e) || (e.stamp <= waiting.stamp && placed)) {
      Event copy = e;
      events_.push(copy);
    } else if (e.stamp <= waiting.stamp) {
      pending_.push({name, e.commit, e.stamp, e.object});
    }
  }
  for (u32 i = level_.first_pending; i < first_pending; ++i) {
    Pending p = pending_[i];
    if (p.name != item.target && p.stamp <= waiting.stamp && !is_placed(p)) pending_.push(p);
  }
  writer.fresh = true;
  writer.placed = writer.stamp;
  if (item.kind == ItemKind::kConflict) writer.validate = true;
  events_.push(writer);
  for (u32 i = 0; i < choice_count; ++i) events_.push(choices[i]);
  if (to_wait) {
    pending_.push(waiting);
  } else {
    reader.source = item.event;
    reader.fresh = reader.validate = true;
    reader.choices = 0;
    reader.placed = item.stamp;
    for (u32 i = 0; i < lead_count; ++i) events_.push(lead[i]);
    events_.push(reader);
  }
  levels_.push(level_);
  level_ = {first_event, static_cast<u32>(items_.size()), first_pending, item.target, item.event};
  return true;
}

// The pieces are explored in random order, so the mean size of those that are done is that of all (Knuth's estimate,
// "Estimating the Efficiency of Backtrack Programs", 1975, with the upper part of the tree known).
u64 Optimal::estimate() const {
  if (splitting_ || !finished_pieces_) return 0;
  const protocol::Config& c = program.segment->config;
  double parts = static_cast<double>(c.shard_count ? c.shard_count : 1) * (c.job_count ? c.job_count : 1);
  double running = static_cast<double>(executions_ - (piece_began_ - 1));
  double pieces = static_cast<double>(finished_pieces_);
  double mean = static_cast<double>(finished_executions_) / pieces;
  if (running > mean) mean = (static_cast<double>(finished_executions_) + running) / (pieces + 1);
  double in_all = static_cast<double>(pieces_.size() - next_piece_) / parts * mean;
  if (c.shard_index == 0 && c.job_index == 0) in_all += static_cast<double>(split_executions_);
  return static_cast<u64>(in_all);
}

Optimal& optimal_explorer() {
  static Optimal* one = nullptr;
  if (!one) one = new (reserve(sizeof(Optimal), true)) Optimal;
  return *one;
}

Explorer& exhaustive_explorer() {
  optimal_explorer().open();
  return optimal_explorer();
}

}  // namespace lockstep::runtime
