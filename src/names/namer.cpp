#include "names/namer.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

#include "names/text.h"

namespace lockstep::names {
namespace {

using protocol::kNone;

// What a block that the standard library allocates for itself is to the user.
std::string library_role(const std::string& type) {
  if (type.find("std::thread::_State") != std::string::npos) return "state of a std::thread";
  if (type.find("_State_base") != std::string::npos || type.find("__future_base") != std::string::npos ||
      type.find("_Task_state") != std::string::npos || type.find("_Async_state") != std::string::npos) {
    return "shared state of a future";
  }
  for (const auto& [node, what] : {std::pair{"_Rb_tree_node<", "tree node"},
                                   {"_Hash_node<", "hash node"},
                                   {"_List_node<", "list node"},
                                   {"_Hash_node_base", "hash buckets"}}) {
    if (type.find(node) != std::string::npos) return what;
  }
  if (type.find("stop_token::_Stop_state") != std::string::npos) return "stop state";
  return {};
}

constexpr std::uint64_t kControlBlock = 16;  // of a std::shared_ptr, before the object

// What a class of the standard library that points to memory has there.
enum class OwnerKind { kNone, kArray, kText, kNodes, kPointer };

OwnerKind owner_kind(std::string_view name) {
  struct Row {
    std::string_view prefix;
    OwnerKind kind;
  };
  static constexpr Row kTable[] = {
      {"vector<", OwnerKind::kArray},     {"basic_string<", OwnerKind::kText},  {"deque<", OwnerKind::kNodes},
      {"list<", OwnerKind::kNodes},       {"forward_list<", OwnerKind::kNodes}, {"_Rb_tree<", OwnerKind::kNodes},
      {"_Hashtable<", OwnerKind::kNodes}, {"unique_ptr<", OwnerKind::kPointer}, {"__shared_ptr<", OwnerKind::kPointer},
  };
  for (const Row& row : kTable) {
    if (name.starts_with(row.prefix)) return row.kind;
  }
  return OwnerKind::kNone;
}

std::uint64_t basic_type_size(std::string_view type) {
  if (type.ends_with('*')) return 8;
  for (const auto& [name, size] : {std::pair<std::string_view, std::uint64_t>{"char", 1},
                                   {"bool", 1},
                                   {"short", 2},
                                   {"unsigned short", 2},
                                   {"int", 4},
                                   {"unsigned int", 4},
                                   {"float", 4},
                                   {"long", 8},
                                   {"unsigned long", 8},
                                   {"double", 8},
                                   {"long long", 8},
                                   {"unsigned char", 1}}) {
    if (type == name) return size;
  }
  return 0;
}

// `new Node(…)` in the source line: the only trace of the type of a plain new-expression.
std::string type_in_source(const SourceFrame& frame) {
  std::ifstream in(frame.full_path);
  std::string line;
  for (int n = 0; n < frame.line; ++n) {
    if (!std::getline(in, line)) return {};
  }
  static const std::regex pattern(R"(\bnew\s+(?:\([^()]*\)\s*)?(?:struct\s+)?([A-Za-z_][A-Za-z_0-9:]*))");
  std::smatch match;
  return std::regex_search(line, match, pattern) ? match[1].str() : std::string();
}

// The variable in `auto result = std::async(…)`.
std::string future_in_source(const SourceFrame& frame) {
  static const std::regex kKeeps(R"(([A-Za-z_]\w*)\s*=\s*std::async\b)");
  std::ifstream in(frame.full_path);
  std::string line;
  for (int n = 0; n < frame.line; ++n) {
    if (!std::getline(in, line)) return {};
  }
  std::smatch m;
  return std::regex_search(line, m, kKeeps) ? m[1].str() : std::string();
}

// The container in `workers.emplace_back(…)`, `workers.push_back(std::thread(…))` or `workers[i] = std::thread(…)`.
std::string container_in_source(const SourceFrame& frame) {
  static const std::regex kPuts(R"(([A-Za-z_][\w.]*(?:->\w+)*)(?:\.|->)(?:emplace_back|push_back)\s*\()");
  static const std::regex kAssigns(R"(([A-Za-z_][\w.]*)\[[^\]]+\]\s*=\s*(?:std::)?j?thread\b)");
  std::ifstream in(frame.full_path);
  std::vector<std::string> lines;
  for (std::string line; static_cast<int>(lines.size()) < frame.line && std::getline(in, line);) lines.push_back(line);
  // The call may have begun on a line above.
  for (std::size_t n = lines.size(), above = 0; n-- > 0 && above < 4; ++above) {
    const std::string code = lines[n].substr(0, lines[n].find("//"));
    std::smatch m;
    if (std::regex_search(code, m, kPuts) || std::regex_search(code, m, kAssigns)) {
      const std::string name = m[1];
      return name.starts_with("this->") ? name.substr(6) : name;
    }
    const std::size_t end = n == 0 ? std::string::npos : lines[n - 1].find_last_not_of(" \t");
    if (end == std::string::npos || std::string(";{}").find(lines[n - 1][end]) != std::string::npos) break;
  }
  return {};
}

}  // namespace

Namer::Namer(const trace::Execution& execution)
    : execution_(execution), debug_info_(execution.modules, execution.program.path) {
  events_of_.resize(execution.threads.size());
  for (std::uint32_t i = 0; i < execution.events.size(); ++i) {
    const trace::Event& e = execution.events[i];
    if (e.stack.count > 0 && e.thread < events_of_.size()) events_of_[e.thread].push_back(i);
  }
}

std::vector<SourceFrame> Namer::frames(trace::Stack stack) {
  std::vector<SourceFrame> out;
  for (const trace::Frame& f : execution_.stack(stack)) {
    if (f.pc == 0) continue;
    for (const SourceFrame& frame : debug_info_.at(f.pc - 1)) out.push_back(frame);
  }
  return out;
}

SourceFrame Namer::place(trace::Stack stack) {
  SourceFrame fallback;
  for (const trace::Frame& f : execution_.stack(stack)) {
    if (f.pc == 0) continue;
    for (const SourceFrame& frame : debug_info_.at(f.pc - 1)) {
      if (!frame.library) return frame;
      if (fallback.file.empty()) fallback = frame;
    }
  }
  return fallback;
}

SourceFrame Namer::place(std::uint64_t return_address) {
  if (return_address == 0) return {};
  const auto& chain = debug_info_.at(return_address - 1);
  for (const SourceFrame& frame : chain) {
    if (!frame.library) return frame;
  }
  return chain.front();
}

const trace::HeapBlock* Namer::block(std::uint64_t addr) const {
  // The last one wins: memory is used again.
  const trace::HeapBlock* found = nullptr;
  for (const trace::HeapBlock& b : execution_.blocks) {
    if (addr - b.addr < std::max<std::uint64_t>(b.size, 1)) found = &b;
  }
  return found;
}

bool Namer::internal(std::uint64_t addr, std::uint32_t event) {
  const std::string name = object(addr, event);
  for (const std::string_view prefix : {"state of a std::thread", "stop state", "a variable of ", "typeinfo ",
                                        "vtable for ", "guard of std::", "memory at "}) {
    if (name.starts_with(prefix)) return true;
  }
  return is_reserved(name) || name.find("std::__") != std::string::npos ||
         name.find("__gnu_cxx::") != std::string::npos;
}

bool Namer::on_stack(std::uint64_t addr) const {
  return std::any_of(execution_.threads.begin(), execution_.threads.end(),
                     [&](const trace::Thread& t) { return addr >= t.stack_low && addr < t.stack_high; });
}

std::string Namer::object(std::uint64_t addr, std::uint32_t event) {
  if (addr == 0) return {};
  for (const trace::GivenName& n : execution_.names) {
    if (n.addr == addr && !n.name.empty()) return n.name;
  }
  for (std::uint16_t t = 0; t < execution_.thread_count(); ++t) {
    const trace::Thread& thread = execution_.threads[t];
    if (addr >= thread.stack_low && addr < thread.stack_high) return stack_object(addr, t, event).name;
  }
  auto it = fixed_objects_.find(addr);
  if (it != fixed_objects_.end()) return it->second;
  std::string name;
  if (const trace::HeapBlock* b = block(addr)) {
    name = heap_object(*b, addr);
  } else if (auto global = debug_info_.global(addr)) {
    name = global->name;
    constexpr std::string_view kGuard = "guard variable for ";
    if (name.starts_with(kGuard)) name.replace(0, kGuard.size(), "guard of ");
  } else {
    const auto in = std::find_if(execution_.modules.begin(), execution_.modules.end(), [&](const trace::Module& m) {
      return !m.path.empty() && addr >= m.low && addr < m.high;
    });
    name =
        in != execution_.modules.end() ? "a variable of " + base_name(in->path) : fmt::format("memory at 0x{:x}", addr);
  }
  return fixed_objects_.emplace(addr, name).first->second;
}

DebugInfo::Variable Namer::variable(std::uint64_t addr, std::uint32_t event) {
  for (std::uint16_t t = 0; t < execution_.thread_count(); ++t) {
    const trace::Thread& thread = execution_.threads[t];
    if (addr >= thread.stack_low && addr < thread.stack_high) return stack_object(addr, t, event);
  }
  if (const trace::HeapBlock* b = block(addr)) {
    DebugInfo::Variable found;
    found.name = object(addr, event);
    bool inplace = false;
    const std::string type = block_type(*b, frames(b->alloc_stack), &inplace);
    const std::uint64_t offset = addr - b->addr;
    if (inplace && offset < kControlBlock) return found;
    if (const auto info = debug_info_.type(type, inplace ? offset - kControlBlock : offset))
      found.classes = info->classes;
    return found;
  }
  if (auto global = debug_info_.global(addr)) return *global;
  return {};
}

bool Namer::library_part(std::uint64_t addr, std::uint32_t event) {
  const DebugInfo::Variable v = variable(addr, event);
  if (v.name.find("tree node") != std::string::npos || v.name.find("element of ") != std::string::npos) return true;
  return std::any_of(v.classes.begin(), v.classes.end(),
                     [](const std::string& name) { return owner_kind(name) != OwnerKind::kNone; });
}

bool Namer::is_pointer(std::uint64_t addr, std::uint32_t event) {
  const DebugInfo::Variable v = variable(addr, event);
  return !v.classes.empty() && v.classes.back() == "*";
}

DebugInfo::Variable Namer::stack_object(std::uint64_t addr, std::uint16_t owner, std::uint32_t event) {
  std::string function;
  const auto in_stack = [&](trace::Stack stack) -> DebugInfo::Variable {
    // Stacks grow down: a frame's variables lie between its callee's canonical frame address and its own.
    for (const trace::Frame& f : execution_.stack(stack)) {
      if (f.cfa == 0 || f.cfa <= addr || f.pc == 0) continue;
      if (auto name = debug_info_.local(f.pc - 1, f.cfa, addr)) return *name;
      if (function.empty()) {
        for (const SourceFrame& frame : debug_info_.at(f.pc - 1)) {
          if (!frame.library) function = frame.function;
        }
      }
    }
    return {};
  };
  const auto& events = events_of_[owner];
  // The owner's latest stack as of the event, then its next one, then where it stands at the end.
  const auto after = event == kNone ? events.end() : std::upper_bound(events.begin(), events.end(), event);
  if (event == kNone) {
    if (auto found = in_stack(execution_.threads[owner].stack); !found.name.empty()) return found;
  }
  int tries = 4;
  for (auto it = after; it != events.begin() && tries-- > 0;) {
    if (auto found = in_stack(execution_.events[*--it].stack); !found.name.empty()) return found;
  }
  tries = 4;
  for (auto it = after; it != events.end() && tries-- > 0; ++it) {
    if (auto found = in_stack(execution_.events[*it].stack); !found.name.empty()) return found;
  }
  if (auto found = in_stack(execution_.threads[owner].stack); !found.name.empty()) return found;
  return {function.empty() ? "a local variable of thread " + thread(owner) : "a local variable of " + function, {}};
}

// A block by the container, smart pointer or pointer that has it: `readings[2]`, `*current`,
// `bank.accounts[0]->balance`.
std::string Namer::by_owner(const trace::HeapBlock& b, std::uint64_t offset, const std::string& type, bool inplace) {
  if (std::find(being_named_.begin(), being_named_.end(), b.addr) != being_named_.end() || being_named_.size() > 8) {
    return {};
  }
  being_named_.push_back(b.addr);
  struct Candidate {
    OwnerKind kind;
    std::string name;
    bool future = false;
  };
  std::vector<Candidate> candidates;
  for (const std::uint64_t owner : b.owners) {
    if (owner == 0) continue;
    const std::uint32_t when = b.freed ? b.free_event : kNone;
    DebugInfo::Variable v = variable(owner, when);
    if (v.name.empty() || v.name.starts_with("a local variable") || v.name == "this" ||
        v.name.find(" from ") != std::string::npos || v.name.find("heap block") != std::string::npos ||
        is_reserved(v.name)) {
      continue;
    }
    OwnerKind kind = OwnerKind::kNone;
    for (const std::string& name : v.classes) {
      if (const OwnerKind k = owner_kind(name); k != OwnerKind::kNone) kind = k;
    }
    constexpr std::string_view kElement = "element of ";
    if (kind == OwnerKind::kNone && v.name.starts_with(kElement)) {
      const std::string role = library_role(type);
      if (role.ends_with(" node")) {  // from node to node
        kind = OwnerKind::kNodes;
        v.name.erase(0, kElement.size());
      } else {
        v.name = fmt::format("({})", v.name);
      }
    }
    if (kind == OwnerKind::kNone) {
      if (on_stack(owner)) continue;  // a pointer in passing
      kind = OwnerKind::kPointer;
    }
    const bool future = std::any_of(v.classes.begin(), v.classes.end(), [](const std::string& name) {
      return name.starts_with("__basic_future<") || name.starts_with("future<") || name.starts_with("shared_future<");
    });
    candidates.push_back({kind, v.name, future});
  }
  being_named_.pop_back();
  // What a future and its promise share goes by the future's name.
  if (library_role(type).ends_with("of a future")) {
    for (const Candidate& c : candidates) {
      if (c.future) return c.name;
    }
  }
  // Containers and smart pointers own what they point to; another pointer names it only if it is the only one.
  const auto owns = [](const Candidate& c) { return c.kind != OwnerKind::kPointer; };
  auto best = std::find_if(candidates.begin(), candidates.end(), owns);
  if (best == candidates.end()) {
    std::set<std::string> names;
    for (const Candidate& c : candidates) names.insert(c.name);
    if (names.size() != 1) return {};
    best = candidates.begin();
  }
  std::uint64_t inside = offset;
  switch (best->kind) {
    case OwnerKind::kArray: {
      const auto info = debug_info_.type(type, inside);
      const std::uint64_t size = info ? info->size : basic_type_size(type);
      if (size == 0) return "element of " + best->name;
      return fmt::format("{}[{}]{}", best->name, inside / size, info ? info->path : "");
    }
    case OwnerKind::kText:
      return best->name;  // its characters are written together
    case OwnerKind::kNodes: {
      for (const auto& [node, head] :
           {std::pair{"_Rb_tree_node", 32}, {"_List_node", 16}, {"_Hash_node", 8}, {"_Fwd_list_node", 8}}) {
        const std::string element = first_argument(type, std::string("std::") + node);
        if (element.empty() || inside < static_cast<std::uint64_t>(head)) continue;
        const auto info = debug_info_.type(element, inside - static_cast<std::uint64_t>(head));
        if (info && !info->path.empty()) return fmt::format("(element of {}){}", best->name, info->path);
      }
      return "element of " + best->name;
    }
    case OwnerKind::kPointer: {
      if (inplace) inside = offset < kControlBlock ? 0 : offset - kControlBlock;
      if (inplace && offset < kControlBlock) return fmt::format("reference count of {}", best->name);
      const auto info = debug_info_.type(type, inside);
      if (info && b.size >= 2 * info->size && !inplace) {
        return fmt::format("{}[{}]{}", best->name, inside / info->size, info->path);
      }
      if (!info && basic_type_size(type) > 0 && b.size > basic_type_size(type)) {
        return fmt::format("{}[{}]", best->name, inside / basic_type_size(type));
      }
      if (info && !info->path.empty())
        return fmt::format("{}->{}", best->name, info->path.substr(info->path[0] == '.'));
      if (type.empty() && inside != 0) return {};
      return "*" + best->name;
    }
    case OwnerKind::kNone:
      break;
  }
  return {};
}

std::string Namer::block_type(const trace::HeapBlock& block, const std::vector<SourceFrame>& frames, bool* inplace) {
  *inplace = false;
  for (const SourceFrame& f : frames) {
    for (const char* allocator : {"__new_allocator", "new_allocator", "std::allocator"}) {
      std::string type = first_argument(f.function, allocator);
      if (type.empty()) continue;
      for (const char* shared : {"_Sp_counted_ptr_inplace", "_Sp_counted_array"}) {
        if (std::string inner = first_argument(type, shared); !inner.empty()) {
          *inplace = true;
          return inner;
        }
      }
      return type;
    }
    for (const char* maker : {"make_unique", "make_unique_for_overwrite"}) {
      if (std::string type = first_argument(f.function, maker); !type.empty()) return type;
    }
    if (!f.library) return block.size > 0 ? type_in_source(f) : std::string();
    // What the library makes for itself, by who makes it.
    if (f.function.find("std::promise") != std::string::npos || f.function.find("__future_base") != std::string::npos) {
      return "std::__future_base";
    }
    if (f.function.starts_with("std::thread::thread")) return "std::thread::_State";
    if (f.function.starts_with("std::stop_")) return "std::stop_token::_Stop_state";
  }
  return {};
}

void Namer::number_blocks() {
  // Blocks of one place in the source are told apart by number, in the order of their allocation.
  std::map<std::pair<std::string, int>, std::vector<std::uint64_t>> places;
  for (const trace::HeapBlock& b : execution_.blocks) {
    const SourceFrame f = place(b.alloc_stack);
    auto& list = places[{f.full_path, f.line}];
    if (std::find(list.begin(), list.end(), b.addr) == list.end()) list.push_back(b.addr);
  }
  for (const auto& [where, list] : places) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      block_numbers_[list[i]] = list.size() > 1 ? static_cast<int>(i) + 1 : 0;
    }
  }
}

std::string Namer::heap_object(const trace::HeapBlock& b, std::uint64_t addr) {
  if (block_numbers_.empty()) number_blocks();
  const std::vector<SourceFrame> stack = frames(b.alloc_stack);
  const SourceFrame where = place(b.alloc_stack);
  std::string from = where.file.empty() ? std::string() : fmt::format(" from {}:{}", base_name(where.file), where.line);
  if (const int number = block_numbers_[b.addr]; number > 0) from = fmt::format(" #{}{}", number, from);
  const std::uint64_t offset = addr - b.addr;

  bool inplace = false;
  std::string type = block_type(b, stack, &inplace);
  if (std::string name = by_owner(b, offset, type, inplace); !name.empty()) return name;
  if (const std::string role = library_role(type); !role.empty()) return role + from;
  if (inplace && offset < kControlBlock) return fmt::format("reference count of {}{}", type, from);
  const std::uint64_t inside = inplace ? offset - kControlBlock : offset;
  if (!type.empty()) {
    const auto info = debug_info_.type(type, inside);
    const std::uint64_t room = inplace ? b.size - std::min(b.size, kControlBlock) : b.size;
    if (info && room >= 2 * info->size && !inplace) {
      return fmt::format("({}[{}]{})[{}]{}", type, room / info->size, from, inside / info->size, info->path);
    }
    if (info && !info->path.empty()) return fmt::format("({}{}){}", type, from, info->path);
    return type + from;
  }
  std::string name = fmt::format("heap block of {} byte{}{}", b.size, b.size == 1 ? "" : "s", from);
  return offset == 0 ? name : fmt::format("byte {} of the {}", offset, name);
}

std::string Namer::derived_thread_name(std::uint16_t index) {
  const trace::Thread& t = execution_.threads[index];
  if (!t.name.empty()) return t.name;
  if (index == 0) return "main";
  const auto by_line = [](std::string_view what, const std::string& file, int line) {
    return fmt::format("{} at {}:{}", what, base_name(file), line);
  };
  const auto name_of = [&](const SourceFrame& f) {
    if (f.function.starts_with("lambda") && !f.file.empty()) {
      return by_line("lambda", f.file, f.declared_line > 0 ? f.declared_line : f.line);
    }
    return f.function;
  };
  // A start routine of the user's own.
  if (t.entry != 0) {
    const auto& chain = debug_info_.at(t.entry);
    if (!chain.back().library && !chain.back().function.empty()) return name_of(chain.back());
  }
  // Of the standard library's: the outermost of the user's frames, in any of its stacks.
  const auto outermost = [&](trace::Stack stack) {
    const std::vector<SourceFrame> all = frames(stack);
    for (auto f = all.rbegin(); f != all.rend(); ++f) {
      if (!f->library && !f->function.empty()) return name_of(*f);
    }
    return std::string();
  };
  for (const std::uint32_t e : events_of_[index]) {
    if (std::string name = outermost(execution_.events[e].stack); !name.empty()) return name;
  }
  if (std::string name = outermost(t.stack); !name.empty()) return name;
  // Nothing of it was seen running: the type of what it was to run.
  if (t.entry_callable != 0) {
    std::string type = first_argument(debug_info_.symbol(t.entry_callable), "std::tuple");
    if (type.find("$_") != std::string::npos) return "lambda";  // Clang's
    if (type.starts_with("main::{lambda") || type.find("{lambda(") != std::string::npos) {
      return function_only(type);
    }
    if (!type.empty() && type.find('(') == std::string::npos) return type;
  }
  if (t.entry != 0) {
    const std::string& function = debug_info_.at(t.entry).back().function;
    const bool library = debug_info_.at(t.entry).back().library || function == "execute_native_thread_routine";
    if (!function.empty() && !is_reserved(function) && !library) return function;
  }
  // Then only where it was made is known.
  if (t.create_event != kNone) {
    const SourceFrame made = place(execution_.events[t.create_event].stack);
    if (!made.library && !made.file.empty()) return by_line("thread", made.file, made.line);
  }
  return {};
}

void Namer::name_threads() {
  std::vector<std::string> names, containers;
  std::map<std::string, int> in_container;
  for (std::uint16_t t = 0; t < execution_.thread_count(); ++t) {
    names.push_back(derived_thread_name(t));
    // A lambda has no name of its own; the variable that holds the thread may have one, or the container that it is
    // put into, which may have moved since.
    const std::uint32_t made = execution_.threads[t].create_event;
    if ((names.back().starts_with("lambda") || names.back().starts_with("thread at ")) && made != kNone) {
      static const std::regex variable(R"([A-Za-z_][\w.\[\]]*)"), element(R"((.*)\[(\d+)\])");
      const std::string held_by = object(execution_.events[made].addr, made);
      const SourceFrame where = place(execution_.events[made].stack);
      const std::string container = where.library ? std::string() : container_in_source(where);
      std::smatch m;
      if (const std::string future = where.library ? "" : future_in_source(where); !future.empty()) {
        names.back() = future;
      } else if (!container.empty()) {
        // `pool.workers_`, if the debug information tells that of any of them.
        std::string whole = container;
        if (std::regex_match(held_by, m, element) && m[1].str().ends_with(container)) whole = m[1];
        for (const std::string& known : containers) {
          if (whole == container && known.ends_with("." + container)) whole = known;
        }
        containers.push_back(whole);
        names.back() = fmt::format("{}[{}]", whole, in_container[whole]++);
      } else if (std::regex_match(held_by, variable) && !internal(execution_.events[made].addr, made)) {
        names.back() = held_by;
      }
    }
    if (names.back().empty()) names.back() = "thread";
  }
  // Where all are of one file, its name says nothing: `lambda:12`.
  const auto where = [](const std::string& name) {
    const std::size_t at = name.starts_with("lambda at ") ? 10 : name.starts_with("thread at ") ? 10 : 0;
    return at == 0 ? std::string() : name.substr(at, name.rfind(':') - at);
  };
  std::set<std::string> files;
  for (const std::string& name : names) files.insert(where(name));
  files.erase("");
  if (files.size() == 1) {
    for (std::string& name : names) {
      if (!where(name).empty()) name = name.substr(0, 6) + name.substr(name.rfind(':'));
    }
  }
  for (std::size_t t = 0; t < names.size(); ++t) {
    const auto same = std::count(names.begin(), names.end(), names[t]);
    const auto before = std::count(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(t), names[t]);
    const bool number = same > 1 || names[t] == "thread";
    thread_names_.push_back(number ? fmt::format("{} #{}", names[t], before + 1) : names[t]);
  }
}

const std::string& Namer::thread(std::uint16_t index) {
  if (thread_names_.empty()) name_threads();
  static const std::string kNobody = "nobody";
  return index < thread_names_.size() ? thread_names_[index] : kNobody;
}

}  // namespace lockstep::names
