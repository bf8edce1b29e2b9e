// Explores every consistent execution graph exactly once, in memory that does not grow with their number.
//
// After TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis, "Truly Stateless, Optimal Dynamic Partial Order
// Reduction", POPL 2022). The program runs natively: an execution first follows a plan (explore/plan.h), then goes on
// with new events, each of which takes its latest possibility; the others become items to be explored later. A read
// may read from each store that the memory model allows (forward); a store may be read by reads that were there before
// it (backward): then those events are kept that are older than the read or that the store follows from, and only if
// everything that goes was added in the latest possible way, for else another graph leads to the same place.
//
// Operations on locks and other objects form a chain: each is like a read-modify-write of the object's state, or like
// a read if it changes nothing (an attempt that fails). An operation that cannot be done is not in the graph; one that
// was revisited waits, with its old stamp, until it can be done, so no graph ends blocked because a lock was taken.
//
// Invariants: see the fields of Event. Thread safety: none; memory shared across fork (see explorer.h).
#pragma once

#include "explore/explorer.h"
#include "explore/plan.h"

namespace lockstep::runtime {

struct Location;
struct Object;

class Optimal final : public Explorer {
 public:
  void open();

  // ---- what the search calls ----
  void begin(u64 number, u64 seed) override;
  void created(Thread&) override {}
  u32 thread(Thread* const*, u32, bool) override { return 0; }
  u32 choice(ChoiceKind kind, u32 n, Thread& t) override;
  bool end(Outcome outcome) override;
  bool diverged() const override { return diverged_; }
  void restart() override;
  bool enumerates() const override { return true; }
  bool counts() const override;
  bool save(int fd) const override;
  bool load(int fd) override;
  bool graph_mode() const override { return true; }
  bool log_again() override;
  u64 estimate() const override;
  /// Everything was explored.
  bool proved() const { return done_ && !lost_parts_; }

  // ---- what the program calls, in graph mode ----

  /// Decisions are being written down, so choices must be counted even where the plan answers.
  bool logs() const { return logging_; }
  /// Who goes on; null: nobody can.
  Thread* next(Thread* current);
  /// A read begins: the store that the plan says, or null if read() has to be asked.
  Store* planned_read(Thread& t, Location& l, Op op);
  /// `allowed`: stores that it may read, newest first. `taken` (RMWs): stores that another RMW reads already.
  Store* read(Thread& t, Store* const* allowed, u32 n, Store* const* taken, u32 m);
  /// A store without a read begins: the store to put it behind, or null: ask place().
  Store* planned_place(Thread& t, Location& l);
  Store* place(Thread& t, Store* const* allowed, u32 n);
  /// Position of the store in modification order that the plan says; 0 if none.
  u64 planned_position() const;
  /// The store of the current operation stands in the graph.
  void wrote(Location& l, Store& store);
  /// An operation on an object is being done. Call before the object changes.
  void operate(Thread& t, Object& object, Op op, bool changes);
  /// The newest event and the `events` before it are one operation: nothing comes between them.
  void belongs(u32 events);
  /// The newest event's name.
  Name operation() const { return owner_ ? owner_->name() : kNoName; }
  void waited(Thread& t, u32 thread, u32 steps);
  /// `t` was woken while it could also have gone on by itself, by doing `op`.
  void could_go_on(Thread& t, Object& object, Op op);
  /// No thread can go on, or the process ends.
  void ended();
  /// The plan has more events of the thread.
  bool plans(const Thread& t);
  /// The thread has come to its next read (at `pc`, in `state`) straight from this one.
  void note_arrival(const Thread& t, const SpinState::Read& from, u64 pc, u64 state);
  /// Would it have come there if that read had seen `value`? May end the execution, to find out.
  bool leads_to(const Thread& t, const SpinState::Read& from, u64 value, u64 pc, u64 state);
  /// The execution ends: true if it was a probe, whose thread came nowhere.
  bool ends_probe();
  /// In a probe: the value that the read is to have seen.
  void pretend(const Thread& t, u64& value) const {
    if (LOCKSTEP_UNLIKELY(probing_) && t.id == probe_thread_ && t.steps == probe_step_ + 1) value = probe_value_;
  }
  /// All events of the graph in order of execution.
  const Event* events(u32& n) {
    n = count();
    return &at(0);
  }

 private:
  struct Level {
    u32 first_event;
    u32 first_item;
    u32 first_pending;
    Name reader;  // revisited by `writer` when the level began
    Name writer;
  };
  // Where an event stands in its thread, and what it comes after besides.
  struct Point {
    u16 thread, after_thread, creator;
    u32 step, after_steps, creator_steps;
  };
  struct Reach {
    u32 thread, steps;
  };
  struct Late {
    u32 stamp;
    Name name, cause;
  };

  Event& take(Thread& t, EventKind kind, u64 object, const void* where);
  [[noreturn]] void diverge();
  Event& at(u32 i) { return events_[level_.first_event + i]; }
  u32 count() const { return static_cast<u32>(events_.size()) - level_.first_event; }
  Event* find(Name name);
  Store* store_named(Location& l, Name name);
  Pending* pending_of(u32 thread, u32 step);
  bool is_placed(const Pending& p);
  u32 oldest_waiting(u64 object);

  // The causal past of an event that is about to be added or changed, as numbers of events by thread.
  static Point point_of(const Event& e) {
    return {e.thread, e.after_thread, e.creator, e.step, e.after_steps, e.creator_steps};
  }
  void clear_past();
  void include(u32 thread, u32 steps);
  void include_cause(Name source);
  void past_before(const Point& p);
  bool in_past(const Event& e) const { return e.step < past_[e.thread]; }

  // What may be revisited by an event with the present past? First examine the graph, once for each past.
  void examine(const Event* newest);
  bool may_revisit(Name reader, u32 stamp);
  bool latest(const Event& e);

  void positions(const Point& p, Object& object, Op op, bool changes, const Event* self, Name before);
  bool may_look_before(const Event& next_change, const Point& p, Name source);
  void mark_earlier(const Point& p, Name source);

  Item& push(ItemKind kind, u32 stamp, Name event);
  /// False: there is no memory for it.
  bool take_up(const Item& item);
  void cut(u32 stamp);
  void clear_index();
  void index();
  bool branch(const Item& item);
  void look(const Item& item);
  Event event_of(const Item& item, EventKind kind) const;
  // Parts of a search: the first executions are the same in all; what they leave to explore are pieces, each of which
  // belongs to one part.
  struct Piece {
    u32 first_event, events;
    u32 first_pending, pendings;
    Name reader, writer;
    Item item;
  };
  bool prepare_next();
  bool take_piece();
  void keep_pieces();
  bool too_large_to_split();
  void restore(const Piece& piece);

  Table<Event> events_;
  Table<Item> items_;
  Item spare_item_ = {};  // what finds no place is written here
  Table<Pending> pending_;
  Table<Level> levels_;  // below the current one
  Level level_ = {};
  u32 planned_ = 0;         // events of the level that the plan holds
  u32 items_at_begin_ = 0;  // before this execution
  u32 stamp_ = 0;           // newest
  u32 planned_stamp_ = 0;
  u64 executions_ = 0;
  u64 finished_pieces_ = 0;
  u64 finished_executions_ = 0;  // in them
  u64 split_executions_ = 0;     // before them
  u64 piece_began_ = 0;          // executions before the present piece, and one; 0: none yet
  Table<Piece> pieces_;
  Table<Event> piece_events_;
  Table<Pending> piece_pending_;
  u32 next_piece_ = 0;  // while splitting: the next to split; then: the first one to explore
  u32 own_pieces_ = 0;  // explored, where no pool counts
  u32 split_runs_ = 0;
  bool splitting_ = false;
  bool lost_parts_ = false;  // began anew when the pieces were given out already, or ran out of memory
  protocol::Pool* pool_ = nullptr;

  // Where threads come to from a read in a state, by the value that they saw. In all executions.
  struct Arrival {
    u64 key;  // 0: free
    u64 place;
  };
  static constexpr u32 kArrivals = 1u << 18;
  Arrival* arrivals_ = nullptr;
  u32 arrival_count_ = 0;
  Arrival* arrival_of(u64 key);
  void remember(u64 key, u64 place);
  [[noreturn]] void probed(u64 place);
  bool probing_ = false;  // an execution is run to see where a thread comes to
  u32 probe_thread_ = 0, probe_step_ = 0;
  u64 probe_value_ = 0, probe_key_ = 0;

  bool logging_ = false;
  bool done_ = false;
  bool diverged_ = false;

  // Of the running execution
  Bump memory_;
  u32 cursor_ = 0;
  u32 threads_ = 0;
  Event* current_ = nullptr;
  Event* owner_ = nullptr;  // the same, but for choices: what they belong to
  Store* wanted_ = nullptr;
  const Event* newest_ = nullptr;
  bool planned_event_ = false;
  bool novel_ = false;           // the current event, or its outcome, was in no graph before
  List<u32>* places_ = nullptr;  // by thread: where its events stand in the level
  u32* past_ = nullptr;
  u8* earlier_ = nullptr;
  List<Late> late_;    // events whose cause is younger than they are
  u32 bad_stamp_ = 0;  // the youngest event outside the past that was not added in the latest way
  List<Reach> work_;
};

Optimal& optimal_explorer();

}  // namespace lockstep::runtime
