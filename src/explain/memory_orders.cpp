#include "explain/memory_orders.h"

#include <regex>
#include <vector>

namespace lockstep::explain {
namespace {

using protocol::Op;

// The functions by which an operation is written, as a regular expression.
const char* functions_of(Op op) {
  switch (op) {
    case Op::kLoad:
      return "load|test|wait";
    case Op::kStore:
      return "store|clear";
    case Op::kRmw:
      return "exchange|fetch_\\w+|test_and_set";
    case Op::kCas:
      return "compare_exchange_weak|compare_exchange_strong";
    default:
      return nullptr;
  }
}

struct Call {
  std::string object;      // the last name before the function
  std::size_t begin, end;  // of the arguments
};

std::size_t closing(const std::string& line, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < line.size(); ++i) {
    depth += (line[i] == '(') - (line[i] == ')');
    if (depth == 0) return i;
  }
  return std::string::npos;
}

std::vector<Call> calls(const std::string& line, const std::string& functions) {
  std::vector<Call> out;
  const auto find = [&](const std::regex& call) {
    for (std::sregex_iterator m(line.begin(), line.end(), call), last; m != last; ++m) {
      const std::size_t open = static_cast<std::size_t>(m->position() + m->length()) - 1;
      const std::size_t close = closing(line, open);
      if (close != std::string::npos) out.push_back({(*m)[1], open + 1, close});
    }
  };
  find(std::regex(R"((\w+)(?:\[[^\]]*\])?\s*(?:\.|->)\s*(?:)" + functions + R"()\s*\()"));
  find(std::regex(R"(\batomic_(?:flag_)?(?:)" + functions + R"()_explicit()\s*\()"));
  for (Call& c : out) {
    if (!c.object.empty()) continue;
    // atomic_load_explicit(&queue->head, …): the object is the first argument.
    static const std::regex kObject(R"(^[^,]*?(\w+)(?:\[[^\]]*\])?\s*(?:,|$))");
    std::smatch m;
    const std::string arguments = line.substr(c.begin, c.end - c.begin);
    if (std::regex_search(arguments, m, kObject)) c.object = m[1];
  }
  return out;
}

std::string order_for(Op op, bool failure, const WantedOrder& wanted) {
  if (wanted.sequential) return "seq_cst";
  const bool reads = op != Op::kStore, writes = op != Op::kLoad && !failure;
  const bool acquire = reads && wanted.acquire, release = writes && wanted.release;
  if (acquire && release) return "acq_rel";
  return acquire ? "acquire" : release ? "release" : "relaxed";
}

}  // namespace

std::optional<std::string> with_order(const std::string& line, Op op, const std::string& name,
                                      const WantedOrder& wanted) {
  const char* functions = functions_of(op);
  if (!functions) return std::nullopt;
  std::vector<Call> found = calls(line, functions);
  if (found.size() > 1) std::erase_if(found, [&](const Call& c) { return c.object != name; });
  if (found.size() != 1) return std::nullopt;
  const Call& call = found[0];
  const std::string arguments = line.substr(call.begin, call.end - call.begin);
  static const std::regex kOrder(R"((memory_order(?:_|::))(relaxed|consume|acquire|release|acq_rel)\b)");
  std::string changed;
  std::size_t at = 0;
  bool failure = false;  // the second order of a compare-exchange
  for (std::sregex_iterator m(arguments.begin(), arguments.end(), kOrder), last; m != last; ++m) {
    const std::size_t word = static_cast<std::size_t>(m->position(2));
    changed += arguments.substr(at, word - at) + order_for(op, failure, wanted);
    at = word + static_cast<std::size_t>(m->length(2));
    failure = op == Op::kCas;
  }
  if (at == 0) return std::nullopt;
  changed += arguments.substr(at);
  return line.substr(0, call.begin) + changed + line.substr(call.end);
}

}  // namespace lockstep::explain
