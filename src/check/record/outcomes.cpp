#include "record/outcomes.h"

#include "program/modules.h"
#include "record/output.h"

namespace lockstep::runtime::outcomes {
namespace {

using protocol::kMaxOutcomes;
using protocol::kMaxOutcomeText;
using protocol::kMaxOutcomeTexts;
using protocol::Outcomes;

// The text of the execution that is running, visible across fork; and the hashes of those that are known.
struct Shared {
  u32 bytes;
  u8 text[kMaxOutcomeText];
};
Shared* g_now = nullptr;
u64* g_hashes = nullptr;
u32 g_newest = protocol::kNone;  // the outcome of the execution that was counted last
Random g_random;

u64 hash_of(const Shared& now, const protocol::Bug* found) {
  u64 hash = 0xcbf29ce484222325;
  auto add = [&](u64 value) { hash = (hash ^ value) * 0x100000001b3; };
  for (u32 i = 0; i < now.bytes; ++i) add(now.text[i]);
  add(found ? static_cast<u64>(found->kind) + 1 : 0);
  add(found ? static_cast<u32>(found->code) : 0);
  for (const char* p = found ? found->message : ""; *p; ++p) add(static_cast<u8>(*p));
  return hash;
}

bool same(const Outcomes& all, const protocol::Outcome& o, const protocol::Bug* found) {
  char message[sizeof o.message];
  copy_text(message, sizeof message, found ? found->message : "");
  return o.text_bytes == g_now->bytes && equal_bytes(all.text + o.text, g_now->text, g_now->bytes) &&
         o.kind == (found ? found->kind : Kind::kNone) && o.code == (found ? found->code : 0) &&
         same_text(o.message, message);
}

// Null: there is no room for it.
protocol::Outcome* outcome_of(Outcomes& all, const protocol::Bug* found, bool cut) {
  u32 n = all.count.load(std::memory_order_relaxed);
  u64 hash = hash_of(*g_now, found);
  for (u32 i = 0; i < n; ++i) {
    if (g_hashes[i] == hash && same(all, all.list[i], found)) return &all.list[i];
  }
  if (n == kMaxOutcomes || g_now->bytes > kMaxOutcomeTexts - all.text_used) return nullptr;
  protocol::Outcome& o = all.list[n];
  o = {};
  o.example = all.executions.load(std::memory_order_relaxed);
  o.text = all.text_used;
  o.text_bytes = g_now->bytes;
  copy_bytes(all.text + o.text, g_now->text, g_now->bytes);
  all.text_used += g_now->bytes;
  o.cut = cut;
  if (found) {
    o.kind = found->kind;
    o.code = found->code;
    copy_text(o.message, sizeof o.message, found->message);
  }
  g_hashes[n] = hash;
  all.count.store(n + 1, std::memory_order_release);
  return &o;
}

}  // namespace

void begin(protocol::Segment& segment) {
  if (!g_now) {
    g_now = static_cast<Shared*>(reserve(sizeof(Shared), true));
    g_hashes = static_cast<u64*>(reserve(kMaxOutcomes * sizeof(u64)));
  }
  Outcomes& all = segment.outcomes;
  all.executions = 0;
  all.count = 0;
  all.text_used = 0;
  all.other_executions = all.chosen = 0;
  g_random.reset(segment.config.seed);
}

void note_values(const protocol::Config& config) {
  u64 bias = 0;
  for (u32 i = 0; i < modules::count(); ++i) {
    if (modules::at(i).program) bias = modules::at(i).base;
  }
  g_now->bytes = 0;
  for (u32 i = 0; i < config.variable_count; ++i) {
    copy_bytes(g_now->text + g_now->bytes, reinterpret_cast<const void*>(bias + config.variables[i].addr),
               config.variables[i].size);
    g_now->bytes += config.variables[i].size;
  }
}

bool count(protocol::Segment& segment, Outcome outcome, const protocol::Bug& found) {
  if (outcome != Outcome::kCompleted && outcome != Outcome::kBug) return false;
  Outcomes& all = segment.outcomes;
  u64 number = all.executions.load(std::memory_order_relaxed) + 1;
  all.executions.store(number, std::memory_order_relaxed);
  bool cut = false;
  if (segment.config.variable_count == 0) g_now->bytes = output::printed(g_now->text, kMaxOutcomeText, &cut);
  protocol::Outcome* o = outcome_of(all, outcome == Outcome::kBug ? &found : nullptr, cut);
  ++(o ? o->executions : all.other_executions);
  g_newest = o ? static_cast<u32>(o - all.list) : protocol::kNone;
  u64 wanted = segment.config.wanted_execution;
  // Each of n executions is the last one chosen with probability 1/n.
  return wanted == protocol::kAnyExecution ? g_random.next() % number == 0 : number == wanted;
}

void keep_decisions(protocol::Segment& segment) {
  Outcomes& all = segment.outcomes;
  u32 n = segment.status.decision_count.load(std::memory_order_relaxed);
  copy_bytes(all.decisions, segment.decisions, n * sizeof all.decisions[0]);
  all.decision_count = n;
  all.chosen = all.executions.load(std::memory_order_relaxed);
  all.chosen_outcome = g_newest;
}

}  // namespace lockstep::runtime::outcomes
