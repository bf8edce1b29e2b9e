// What containers do with the memory of their elements, by the functions that did it.
#include <array>
#include <string_view>

#include "explain/diagnosis.h"

namespace lockstep::explain {
namespace {

constexpr std::array<std::string_view, 16> kContainers = {
    "std::vector<",        "std::_Vector_base<", "std::deque<",        "std::_Deque_base<",
    "std::__cxx11::list<", "std::list<",         "std::_List_base<",   "std::_Rb_tree<",
    "std::map<",           "std::set<",          "std::_Hashtable<",   "std::unordered_map<",
    "std::unordered_set<", "std::multimap<",     "std::forward_list<", "std::__detail::_Hashtable_alloc<"};

bool is_container(std::string_view function) {
  for (const std::string_view name : kContainers) {
    if (function.starts_with(name)) return true;
  }
  return false;
}

// The member function, without the arguments of templates: `push_back`.
std::string_view method(std::string_view function) {
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i + 1 < function.size(); ++i) {
    if (function[i] == '<') ++depth;
    if (function[i] == '>' && i > 0 && function[i - 1] != '-') --depth;
    if (depth == 0 && function[i] == ':' && function[i + 1] == ':') start = i + 2;
  }
  return function.substr(start, function.find('<', start) - start);
}

}  // namespace

bool by_container(trace::Stack stack, names::Namer& namer, bool* destroyed) {
  bool found = false;
  for (const names::SourceFrame& f : namer.frames(stack)) {
    if (!f.library) break;
    // What an element owns is not the container's own memory.
    if (!found && (f.function.starts_with("std::unique_ptr<") || f.function.starts_with("std::default_delete<") ||
                   f.function.starts_with("std::_Sp_counted"))) {
      return false;
    }
    if (!is_container(f.function)) continue;
    found = true;
    *destroyed |= method(f.function).starts_with('~');
  }
  return found;
}

bool frees_memory(trace::Stack stack, names::Namer& namer) {
  for (const names::SourceFrame& f : namer.frames(stack)) {
    if (!f.library) break;
    const std::string_view m = method(f.function);
    for (const std::string_view name :
         {"_M_deallocate", "deallocate", "_M_put_node", "_M_drop_node", "_M_deallocate_node", "_M_deallocate_node_ptr",
          "_M_realloc_insert", "_M_realloc_append", "_M_erase", "_M_erase_aux", "_M_pop_front_aux", "_M_rehash_aux"}) {
      if (m == name) return true;
    }
  }
  return false;
}

}  // namespace lockstep::explain
