#include "explain/library_call.h"

#include <array>
#include <vector>

#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;

// `std::latch::count_down` of `std::latch::count_down(long)`, `std::barrier::arrive` of `std::barrier<X<Y>>::arrive`.
std::string without_arguments(std::string_view name) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (depth == 0) out += name[i];
    if (name[i] == '>' && (i == 0 || name[i - 1] != '-')) --depth;
  }
  return out;
}

// The names that the user has written, for those that stand in the library's headers.
std::string public_name(std::string function) {
  for (const auto& [inner, outer] :
       {std::pair<std::string_view, std::string_view>{"std::__atomic_base::", "std::atomic::"},
        {"std::__atomic_impl::", "std::atomic::"},
        {"std::__atomic_ref::", "std::atomic_ref::"},
        {"std::__basic_future::", "std::future::"}}) {
    if (function.starts_with(inner)) function = std::string(outer) + function.substr(inner.size());
  }
  return function;
}

bool is_told_as_call(std::string_view function) {
  if (function == "std::async") return true;
  for (const std::string_view type : {"std::barrier::", "std::latch::", "std::counting_semaphore::", "std::future::",
                                      "std::shared_future::", "std::promise::", "std::packaged_task::"}) {
    if (function.starts_with(type)) return true;
  }
  for (const std::string_view type : {"std::atomic::", "std::atomic_flag::", "std::atomic_ref::"}) {
    if (!function.starts_with(type)) continue;
    const std::string_view method = function.substr(type.size());
    return method == "wait" || method == "notify_one" || method == "notify_all";
  }
  return false;
}

std::string_view method_of(const LibraryCall& call) {
  const std::string_view function = call.function;
  return function.substr(function.rfind(':') + 1);
}

bool is_futex(Op op) { return op == Op::kFutexWait || op == Op::kFutexWake || op == Op::kFutexWoken; }

// The object of the user's that a call of the thread is about: what it touches in that call under a name of its own.
std::uint64_t object_of(const trace::Execution& e, const std::vector<std::uint32_t>& events, std::size_t at,
                        const LibraryCall& call, names::Namer& namer) {
  std::uint64_t second_best = 0;
  for (std::size_t k = at + 1; k-- > 0;) {
    const trace::Event& event = e.events[events[k]];
    if (library_call(e, event.stack, namer) != call) break;
    if (event.addr == 0 || namer.internal(event.addr, events[k])) continue;
    if (!namer.block(event.addr)) return event.addr;
    second_best = event.addr;
  }
  return second_best;
}

}  // namespace

std::optional<LibraryCall> any_library_call(const trace::Execution& e, trace::Stack stack, names::Namer& namer) {
  std::string callee;
  for (const trace::Frame& f : e.stack(stack)) {
    if (f.pc == 0) continue;
    for (const names::SourceFrame& frame : namer.debug_info().at(f.pc - 1)) {
      if (frame.library) {
        callee = frame.function;
      } else if (callee.empty()) {
        return std::nullopt;
      } else {
        return LibraryCall{public_name(without_arguments(callee)), f.cfa, frame.line};
      }
    }
  }
  return std::nullopt;
}

std::optional<LibraryCall> library_call(const trace::Execution& e, trace::Stack stack, names::Namer& namer) {
  auto call = any_library_call(e, stack, namer);
  if (call && !is_told_as_call(call->function)) call.reset();
  return call;
}

std::string call_verb(const LibraryCall& call) {
  using Words = std::pair<std::string_view, std::string_view>;
  static constexpr std::array kVerbs = {
      Words{"arrive_and_wait", "arrives and waits at"},
      Words{"arrive", "arrives at"},
      Words{"arrive_and_drop", "leaves"},
      Words{"wait", "waits on"},
      Words{"wait_for", "waits, with a deadline, on"},
      Words{"wait_until", "waits, with a deadline, on"},
      Words{"try_wait", "looks at"},
      Words{"acquire", "acquires"},
      Words{"try_acquire", "tries to acquire"},
      Words{"try_acquire_for", "tries to acquire"},
      Words{"try_acquire_until", "tries to acquire"},
      Words{"release", "releases"},
      Words{"count_down", "counts down"},
      Words{"notify_one", "notifies one on"},
      Words{"notify_all", "notifies all on"},
      Words{"get", "gets the result of"},
      Words{"set_value", "gives a value to"},
      Words{"set_exception", "gives an exception to"},
      Words{"operator()", "runs"},
  };
  for (const auto& [method, verb] : kVerbs) {
    if (method == method_of(call)) return std::string(verb);
  }
  if (method_of(call).starts_with('~')) return "destroys";
  if (call.function == "std::async") return "starts";
  return "uses";
}

bool call_waits(const LibraryCall& call) {
  const std::string_view method = method_of(call);
  return method == "arrive_and_wait" || method == "wait" || method == "acquire" || method == "get";
}

trace::Execution with_objects_of_calls(const trace::Execution& e, names::Namer& namer) {
  trace::Execution out = e;
  std::vector<std::vector<std::uint32_t>> by_thread(e.threads.size());
  for (std::uint32_t i = 0; i < e.events.size(); ++i) {
    const trace::Event& event = e.events[i];
    auto& mine = by_thread[event.thread];
    mine.push_back(i);
    if (!is_futex(event.op) || !namer.internal(event.addr, i)) continue;
    const auto call = library_call(e, event.stack, namer);
    if (!call) continue;
    const std::uint64_t object = object_of(e, mine, mine.size() - 1, *call, namer);
    if (object == 0) continue;
    out.events[i].addr = object;
    trace::Thread& thread = out.threads[event.thread];
    if (thread.state == protocol::ThreadState::kBlocked && thread.wait_addr == event.addr) thread.wait_addr = object;
  }
  return out;
}

}  // namespace lockstep::explain
