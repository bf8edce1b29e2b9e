#include "program/lifecycle.h"

#include <errno.h>

#include "program/program.h"
#include "program/sync.h"

namespace lockstep::runtime {
namespace {

struct Handler {
  void (*function)(void*);
  void (*with_status)(int, void*);
  void* argument;
  void* dso;
};
struct Key {
  bool used;
  void (*destructor)(void*);
};
constexpr u32 kKeys = 512;

List<Handler> g_at_exit;
Key g_keys[kKeys];
u32 g_key_count = 0;

// Calls program code on the running fiber.
template <class Function>
void as_program(Thread& t, Function function) {
  running = &t;
  function();
  running = nullptr;
}

void run_thread_destructors(Thread& t) {
  while (t.destructors.size) {
    DestructorEntry d = t.destructors[--t.destructors.size];
    as_program(t, [&] { d.function(d.argument); });
  }
  for (int round = 0; round < 4 && t.specific; ++round) {  // PTHREAD_DESTRUCTOR_ITERATIONS
    bool any = false;
    for (u32 i = 0; i < g_key_count; ++i) {
      const void* value = t.specific[i];
      if (!value || !g_keys[i].used || !g_keys[i].destructor) continue;
      t.specific[i] = nullptr;
      any = true;
      as_program(t, [&] { g_keys[i].destructor(const_cast<void*>(value)); });
    }
    if (!any) break;
  }
}

}  // namespace

namespace lifecycle {

void reset() {
  g_at_exit = {};
  g_key_count = 0;
}

void thread_returns(Thread& t, void* result) {
  t.result = result;
  run_thread_destructors(t);
  sync::owner_ends(t);
  program.end_thread(t, result);
}

void at_exit(void (*function)(void*), void (*with_status)(int, void*), void* argument, void* dso) {
  g_at_exit.push(program.graph.memory(), {function, with_status, argument, dso});
}

void run_handlers_of(Thread& t, void* dso) {
  for (u32 i = g_at_exit.size; i-- > 0;) {
    if (g_at_exit[i].dso != dso) continue;
    Handler h = g_at_exit[i];
    g_at_exit.erase_at(i);
    if (h.function) as_program(t, [&] { h.function(h.argument); });
    if (i > g_at_exit.size) i = g_at_exit.size;
  }
}

void run_exit_handlers(Thread& t) {
  run_thread_destructors(t);
  while (g_at_exit.size) {
    Handler h = g_at_exit[--g_at_exit.size];
    as_program(t, [&] { h.function ? h.function(h.argument) : h.with_status(0, h.argument); });
  }
  if (program.whole_process && program.finalizers) as_program(t, [] { program.finalizers(); });
}

void for_each_root(void (*visit)(u64 pointer, void* argument), void* argument) {
  for (Handler& h : g_at_exit) visit(reinterpret_cast<u64>(h.argument), argument);
  for (u32 i = 0; i < program.thread_count(); ++i) {
    Thread& t = program.thread(i);
    if (t.state == ThreadState::kFinished) continue;
    for (DestructorEntry& d : t.destructors) visit(reinterpret_cast<u64>(d.argument), argument);
    for (u32 k = 0; t.specific && k < g_key_count; ++k) visit(reinterpret_cast<u64>(t.specific[k]), argument);
  }
}

}  // namespace lifecycle

namespace keys {

int create(Thread&, unsigned* key, void (*destructor)(void*)) {
  for (u32 i = 0; i < kKeys; ++i) {
    if (i < g_key_count && g_keys[i].used) continue;
    g_keys[i] = {true, destructor};
    if (i >= g_key_count) g_key_count = i + 1;
    for (u32 k = 0; k < program.thread_count(); ++k) {
      if (program.thread(k).specific) program.thread(k).specific[i] = nullptr;
    }
    *key = kFirst + i;
    return 0;
  }
  return EAGAIN;
}

int remove(Thread&, unsigned key) {
  key -= kFirst;
  if (key >= g_key_count || !g_keys[key].used) return EINVAL;
  g_keys[key].used = false;
  return 0;
}

void* get(Thread& t, unsigned key) {
  key -= kFirst;
  if (key >= g_key_count || !g_keys[key].used || !t.specific) return nullptr;
  return const_cast<void*>(t.specific[key]);
}

int set(Thread& t, unsigned key, const void* value) {
  key -= kFirst;
  if (key >= g_key_count || !g_keys[key].used) return EINVAL;
  if (!t.specific) {
    t.specific = program.graph.memory().make<const void*>(kKeys);
    fill_bytes(t.specific, 0, kKeys * sizeof(void*));
  }
  t.specific[key] = value;
  return 0;
}

}  // namespace keys
}  // namespace lockstep::runtime
