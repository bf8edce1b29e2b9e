#include "names/member_path.h"

#include <dwarf.h>
#include <fmt/format.h>

#include <vector>

#include "names/text.h"

namespace lockstep::names {
namespace {

constexpr int kMaxMembers = 24;

using Classes = std::vector<std::string>;

std::string path_in_array(Dwarf_Die type, std::uint64_t offset, bool show_index, int depth, Classes* classes);

std::string path(Dwarf_Die type, std::uint64_t offset, bool show_index, int depth, Classes* classes) {
  if (depth > kMaxMembers) return {};
  switch (dwarf_tag(&type)) {
    case DW_TAG_array_type:
      return path_in_array(type, offset, show_index, depth, classes);
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
      break;
    case DW_TAG_pointer_type:
      if (classes) classes->push_back("*");
      return {};
    default:
      return {};
  }
  if (classes && dwarf_diename(&type)) {
    const char* file = dwarf_decl_file(&type);
    if (file && is_library_file(file)) classes->push_back(dwarf_diename(&type));
  }
  Dwarf_Die child;
  if (dwarf_child(&type, &child) != 0) return {};
  std::string
      unsized;  // a member of a class that this file only declares, as Clang does: it ends where the next begins
  Dwarf_Word unsized_start = 0;
  do {
    const int tag = dwarf_tag(&child);
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) continue;
    Dwarf_Die member_type;
    if (!type_of(child, &member_type)) continue;
    Dwarf_Attribute attribute;
    Dwarf_Word start = 0;
    if (dwarf_attr_integrate(&child, DW_AT_data_member_location, &attribute)) {
      if (dwarf_formudata(&attribute, &start) != 0) continue;  // a virtual base: its place is known at run time only
    } else if (tag == DW_TAG_inheritance || dwarf_hasattr(&child, DW_AT_external)) {
      continue;  // or a static member
    }
    const Dwarf_Word size = size_of_variable(child);
    const char* member = dwarf_diename(&child);
    if (size == 0 && tag == DW_TAG_member && offset >= start && start >= unsized_start && member &&
        !is_reserved(member)) {
      unsized = "." + std::string(member);
      unsized_start = start;
    }
    if (offset < start || offset - start >= size) continue;
    if (tag == DW_TAG_inheritance) {
      // An empty base shares its address with the first member.
      Dwarf_Die first;
      if (size <= 1 && (dwarf_child(&member_type, &first) != 0)) continue;
      bool has_data = false;
      if (dwarf_child(&member_type, &first) == 0) {
        do {
          const int inner = dwarf_tag(&first);
          has_data |= (inner == DW_TAG_member && !dwarf_hasattr(&first, DW_AT_external)) || inner == DW_TAG_inheritance;
        } while (dwarf_siblingof(&first, &first) == 0);
      }
      if (!has_data) continue;
      return path(member_type, offset - start, show_index, depth + 1, classes);
    }
    const char* name = dwarf_diename(&child);
    // GCC calls what a lambda captures `__name`; the closure itself has no name, or one that no user type can have.
    const char* owner = dwarf_diename(&type);
    const bool closure = dwarf_tag(&type) != DW_TAG_union_type && (!owner || owner[0] == '<');
    const bool capture = name && closure && name[0] == '_' && name[1] == '_' && name[2] != '\0';
    if (capture) name += 2;
    // The container in a std::queue or std::stack is called `c`.
    const std::string_view of = owner ? owner : "";
    const bool adaptor = name && std::string_view(name) == "c" &&
                         (of.starts_with("queue<") || of.starts_with("stack<") || of.starts_with("priority_queue<"));
    // What a primitive of lockstep::sync is made of is its own business, like the standard library's.
    const char* declared_in = dwarf_decl_file(&type);
    const bool inside_primitive =
        name && std::string_view(name).ends_with('_') && declared_in && is_sync_file(declared_in);
    const bool hidden = !name || adaptor || (is_reserved(name) && !capture) || inside_primitive;
    const bool elements = name && std::string_view(name) == "_M_elems";  // std::array
    return (hidden ? "" : "." + std::string(name)) +
           path(member_type, offset - start, hidden ? elements : true, depth + 1, classes);
  } while (dwarf_siblingof(&child, &child) == 0);
  return unsized;
}

std::string path_in_array(Dwarf_Die type, std::uint64_t offset, bool show_index, int depth, Classes* classes) {
  Dwarf_Die element;
  Dwarf_Word size = 0;
  if (!type_of(type, &element) || dwarf_aggregate_size(&element, &size) != 0 || size == 0) return {};
  std::vector<std::uint64_t> bounds;
  Dwarf_Die child;
  if (dwarf_child(&type, &child) == 0) {
    do {
      if (dwarf_tag(&child) != DW_TAG_subrange_type) continue;
      Dwarf_Attribute attribute;
      Dwarf_Word value = 0;
      if (dwarf_attr_integrate(&child, DW_AT_count, &attribute) && dwarf_formudata(&attribute, &value) == 0) {
        bounds.push_back(value);
      } else if (dwarf_attr_integrate(&child, DW_AT_upper_bound, &attribute) &&
                 dwarf_formudata(&attribute, &value) == 0) {
        bounds.push_back(value + 1);
      } else {
        bounds.push_back(0);
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  std::uint64_t index = offset / size;
  std::string text;
  for (std::size_t i = bounds.size(); i-- > 1 && bounds[i] != 0;) {
    text.insert(0, fmt::format("[{}]", index % bounds[i]));
    index /= bounds[i];
  }
  text = "[" + std::to_string(index) + "]" + text;
  return (show_index ? text : "") + path(element, offset % size, show_index, depth + 1, classes);
}

}  // namespace

bool type_of(Dwarf_Die die, Dwarf_Die* type) {
  Dwarf_Attribute attribute;
  Dwarf_Die raw;
  if (!dwarf_attr_integrate(&die, DW_AT_type, &attribute) || !dwarf_formref_die(&attribute, &raw)) return false;
  if (dwarf_peel_type(&raw, type) != 0) return false;
  // A declaration only, for example of a class that another unit defines, says nothing of its members.
  return true;
}

Dwarf_Word size_of_variable(Dwarf_Die die) {
  Dwarf_Die type;
  Dwarf_Word size = 0;
  return type_of(die, &type) && dwarf_aggregate_size(&type, &size) == 0 ? size : 0;
}

std::string member_path(Dwarf_Die type, std::uint64_t offset, std::vector<std::string>* classes) {
  return path(type, offset, true, 0, classes);
}

}  // namespace lockstep::names
