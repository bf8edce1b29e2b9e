// Locks, and permits of semaphores, that a function took and left without giving them back: by an early return or by
// an exception. That it meant to give them back is read off its source, or off another call of it.
#include <algorithm>
#include <regex>

#include "explain/diagnosis.h"
#include "explain/library_call.h"
#include "explain/lock_source.h"
#include "explain/source.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::Op;
using protocol::ThreadState;

bool is_semaphore(const std::string& function) { return function.starts_with("std::counting_semaphore::"); }

class Leaks {
 public:
  Leaks(const History& h, names::Namer& namer) : h_(h), namer_(namer), source_(h.execution().program.path) {}

  std::optional<Diagnosis> find() {
    const auto& threads = h_.execution().threads;
    for (std::uint16_t t = 0; t < h_.execution().thread_count(); ++t) {
      if (threads[t].state != ThreadState::kBlocked) continue;
      if (auto found = trace::is_acquire(threads[t].wait_op) ? lock(t) : permit(t)) return found;
    }
    return std::nullopt;
  }

 private:
  // The rest of the function of event `i`, from its line on, says `what` of the object.
  bool goes_on_to(Index i, const std::string& object, const std::regex& what) {
    const names::SourceFrame at = namer_.place(h_.at(i).stack);
    const std::string word = last_name(object);
    if (at.library || at.declared_line == 0 || word.empty()) return false;
    const int end = source_.end_of_function(at.full_path, at.declared_line);
    for (int n = at.line; n <= end; ++n) {
      const std::string code = code_of(source_.line(at.full_path, n));
      if (has_word(code, word) && std::regex_search(code, what)) return true;
    }
    return false;
  }

  std::optional<Diagnosis> lock(std::uint16_t t) {
    static const std::regex kUnlocks(R"(unlock(?:_shared)?\s*\()");
    const std::uint64_t wanted = h_.execution().threads[t].wait_addr;
    const std::uint16_t holder = h_.holder(t);
    if (holder == protocol::kNoThread) return std::nullopt;
    for (const History::Hold& hold : h_.held_at_end(holder)) {
      if (hold.lock != wanted || !has_returned(h_, hold.acquired, namer_)) continue;
      if (!goes_on_to(hold.acquired, namer_.object(hold.lock, hold.acquired), kUnlocks)) continue;
      Diagnosis d;
      d.pattern = "leaked-lock";
      d.open = true;
      d.waiting = {t, holder};
      d.objects = {wanted};
      d.first = hold.acquired;
      return d;
    }
    return std::nullopt;
  }

  bool takes(Index i, std::uint64_t semaphore) {
    const trace::Event& e = h_.at(i);
    if (e.addr != semaphore || !succeeded(e)) return false;
    if (e.op == Op::kSemWait || e.op == Op::kSemTryWait || e.op == Op::kSemTimedWait) return true;
    if (e.op != Op::kCas && e.op != Op::kRmw) return false;
    const auto call = library_call(h_.execution(), e.stack, namer_);
    return call && is_semaphore(call->function) && call->function.find("acquire") != std::string::npos;
  }
  bool gives(Index i, std::uint64_t semaphore) {
    const trace::Event& e = h_.at(i);
    if (e.addr != semaphore) return false;
    if (e.op == Op::kSemPost) return true;
    if (e.op != Op::kRmw) return false;
    const auto call = library_call(h_.execution(), e.stack, namer_);
    return call && is_semaphore(call->function) && call->function.ends_with("release");
  }

  std::optional<Diagnosis> permit(std::uint16_t t) {
    static const std::regex kGives(R"(\brelease\s*\(|sem_post\s*\()");
    const trace::Thread& waiter = h_.execution().threads[t];
    const auto call = library_call(h_.execution(), waiter.stack, namer_);
    if (waiter.wait_op != Op::kSemWait && !(call && is_semaphore(call->function))) return std::nullopt;
    const std::uint64_t semaphore = waiter.wait_addr;
    // Who took a permit and has not given one back since.
    std::vector<Index> taken;
    for (Index i = 0; i < h_.size(); ++i) {
      if (h_.at(i).addr != semaphore) continue;
      if (takes(i, semaphore)) taken.push_back(i);
      if (!gives(i, semaphore)) continue;
      const auto own =
          std::find_if(taken.rbegin(), taken.rend(), [&](Index k) { return h_.at(k).thread == h_.at(i).thread; });
      if (own != taken.rend()) taken.erase(std::next(own).base());
    }
    for (const Index i : taken) {
      if (!has_returned(h_, i, namer_) || !goes_on_to(i, namer_.object(semaphore, i), kGives)) continue;
      Diagnosis d;
      d.pattern = "leaked-lock";
      d.open = true;
      d.permit = true;
      d.waiting = {t, h_.at(i).thread};
      d.objects = {semaphore};
      d.first = i;
      return d;
    }
    return std::nullopt;
  }

  const History& h_;
  names::Namer& namer_;
  Source source_;
};

}  // namespace

bool has_returned(const History& h, Index i, names::Namer& namer) {
  const trace::Thread& thread = h.execution().threads[h.at(i).thread];
  if (thread.state == ThreadState::kFinished) return true;
  for (const trace::Frame& f : h.execution().stack(h.at(i).stack)) {
    if (f.pc == 0) continue;
    for (const names::SourceFrame& frame : namer.debug_info().at(f.pc - 1)) {
      if (frame.library) continue;
      for (const trace::Frame& now : h.execution().stack(thread.stack)) {
        if (now.pc == 0 || now.cfa != f.cfa) continue;
        const auto& chain = namer.debug_info().at(now.pc - 1);
        return std::none_of(chain.begin(), chain.end(), [&](const auto& x) { return x.function == frame.function; });
      }
      return true;
    }
  }
  return false;
}

std::optional<Diagnosis> leaked_lock(const History& h, names::Namer& namer) { return Leaks(h, namer).find(); }

}  // namespace lockstep::explain
