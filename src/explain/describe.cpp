// One event as a predicate: "locks `a`", "adds to `x`: 1 -> 2".
#include <fmt/format.h>

#include "explain/explain.h"
#include "trace/vocabulary.h"

namespace lockstep::explain {
namespace {

using protocol::kNoThread;
using protocol::Op;

std::string rmw_words(const trace::Event& e) {
  switch (e.rmw) {
    case protocol::RmwOp::kExchange:
      return "exchanges";
    case protocol::RmwOp::kAdd:
      return "adds to";
    case protocol::RmwOp::kSub:
      return "subtracts from";
    case protocol::RmwOp::kAnd:
      return "ands";
    case protocol::RmwOp::kOr:
      return "ors";
    case protocol::RmwOp::kXor:
      return "xors";
    case protocol::RmwOp::kNand:
      return "nands";
  }
  return "updates";
}

}  // namespace

std::string describe(const trace::Event& e, const std::string& object, names::Namer& namer) {
  const auto shown = [&](std::uint64_t v) { return show_value(v, e.size, namer); };
  // A pointer to nothing that has a name tells a reader nothing.
  const bool raw = e.size == 8 && (e.flags & protocol::kFlagValue) && shown(e.value).starts_with("0x");
  const bool has_value = (e.flags & protocol::kFlagValue) && !raw && e.size <= 8;
  const bool has_old = (e.flags & protocol::kFlagOld) && !raw;
  const std::string what = object.empty() ? "" : " " + quoted(object);
  const std::string value = has_value ? shown(e.value) : "";
  switch (e.op) {
    case Op::kLoad:
    case Op::kPlainRead:
      return fmt::format("{}{}{}", trace::op_verb(e.op), what, has_value ? ": " + value : "");
    case Op::kStore:
    case Op::kPlainWrite:
      return fmt::format("{}{}{}", trace::op_verb(e.op), what, has_value ? " = " + value : "");
    case Op::kRmw:
      return fmt::format("{}{}{}", rmw_words(e), what,
                         has_value && has_old ? ": " + shown(e.old) + " -> " + value : "");
    case Op::kCas:
      if (!succeeded(e) || e.result == 0) {
        return fmt::format("fails to exchange{}{}", what,
                           has_old ? fmt::format(": it is {}, not {}", shown(e.old), shown(e.aux)) : "");
      }
      return fmt::format("exchanges{}{}", what, has_value ? ": " + shown(e.aux) + " -> " + value : "");
    case Op::kFence:
      return fmt::format("passes {} {} fence", trace::order_name(e.order).starts_with('a') ? "an" : "a",
                         trace::order_name(e.order));
    case Op::kThreadCreate:
    case Op::kThreadJoin:
    case Op::kThreadDetach:
      return fmt::format("{} {}", trace::op_verb(e.op), e.other == kNoThread ? "a thread" : namer.thread(e.other));
    case Op::kThreadStart:
    case Op::kThreadEnd:
    case Op::kYield:
      return std::string(trace::op_verb(e.op));
    case Op::kExit:
      return fmt::format("ends the process with status {}", e.result);
    case Op::kChoose:
      return fmt::format("chooses {} of {}", e.value, e.aux);
    case Op::kAlloc:
      return fmt::format("allocates{}", object.empty() ? fmt::format(" {} bytes", e.aux) : what);
    default: {
      const bool failed = !succeeded(e);
      if ((e.flags & protocol::kFlagTimedOut) && trace::is_wait(e.op)) return "runs into the deadline on" + what;
      const bool tries = trace::op_name(e.op).starts_with("try-");
      return fmt::format("{}{}{}", trace::op_verb(e.op), what,
                         failed && tries ? ", in vain"
                         : failed        ? ", and gives up"
                                         : "");
    }
  }
}

}  // namespace lockstep::explain
