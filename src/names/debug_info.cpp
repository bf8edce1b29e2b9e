#include "names/debug_info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "names/leaves.h"
#include "names/member_path.h"
#include "names/text.h"

namespace lockstep::names {
namespace {

// Debug information is looked for beside the file only: a network service would make a report slow and unrepeatable.
int find_debuginfo(Dwfl_Module* module, void** user, const char* name, Dwarf_Addr base, const char* file,
                   const char* link, GElf_Word crc, char** found) {
  if (std::getenv("DEBUGINFOD_URLS")) return -1;
  return dwfl_standard_find_debuginfo(module, user, name, base, file, link, crc, found);
}

int find_no_elf(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) { return -1; }

const Dwfl_Callbacks kCallbacks = {find_no_elf, find_debuginfo, dwfl_offline_section_address, nullptr};

struct Function {
  Dwarf_Addr low, high;
  Dwarf_Die die, unit;
};

struct Variable {
  Dwarf_Addr addr;
  Dwarf_Word size;
  Dwarf_Die die;
};

// Everything looked up in one module, in the file's own addresses (`bias` is to be subtracted before).
struct ModuleIndex {
  Dwarf_Addr bias = 0;
  std::vector<Function> functions;  // by low
  std::vector<Variable> variables;  // by addr
  std::unordered_map<Dwarf_Off, Dwarf_Off> parents;
  std::unordered_map<std::string, Dwarf_Die> types;           // by unqualified name, definitions only
  std::unordered_map<std::string, Dwarf_Die> readable_types;  // templates, by their readable names; made when asked
  Dwarf* dwarf = nullptr;

  void build(Dwfl_Module* module);
  void visit(Dwarf_Die die, const Dwarf_Die& unit, Dwarf_Off parent, int depth);
  const Function* function_at(Dwarf_Addr pc) const;
  /// `call_marks`: functions that enclose a variable are written `f()`.
  std::string qualified(Dwarf_Die die, bool call_marks) const;
};

Dwarf_Die origin_of(Dwarf_Die die) {
  for (int i = 0; i < 8; ++i) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) && !dwarf_attr(&die, DW_AT_specification, &attribute)) {
      break;
    }
    if (!dwarf_formref_die(&attribute, &next)) break;
    die = next;
  }
  return die;
}

void ModuleIndex::build(Dwfl_Module* module) {
  dwarf = dwfl_module_getdwarf(module, &bias);
  if (!dwarf) return;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die unit_die, sub;
  std::uint8_t unit_type;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, &unit_type, &unit_die, &sub) == 0) {
    const Dwarf_Die root = unit_type == DW_UT_skeleton && dwarf_tag(&sub) != DW_TAG_invalid ? sub : unit_die;
    visit(root, root, 0, 0);
  }
  std::sort(functions.begin(), functions.end(), [](auto& a, auto& b) { return a.low < b.low; });
  std::sort(variables.begin(), variables.end(), [](auto& a, auto& b) { return a.addr < b.addr; });
}

void ModuleIndex::visit(Dwarf_Die die, const Dwarf_Die& unit, Dwarf_Off parent, int depth) {
  if (depth > 64) return;
  const int tag = dwarf_tag(&die);
  Dwarf_Off scope = parent;
  switch (tag) {
    case DW_TAG_subprogram: {
      scope = dwarf_dieoffset(&die);
      parents[scope] = parent;
      Dwarf_Addr base, low, high;
      std::ptrdiff_t at = 0;
      while ((at = dwarf_ranges(&die, at, &base, &low, &high)) > 0) {
        if (low < high && low != 0) functions.push_back({low, high, die, unit});
      }
      break;
    }
    case DW_TAG_namespace:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type: {
      scope = dwarf_dieoffset(&die);
      parents[scope] = parent;
      const char* name = dwarf_diename(&die);
      if (tag != DW_TAG_namespace && name && !dwarf_hasattr(&die, DW_AT_declaration)) types.try_emplace(name, die);
      break;
    }
    case DW_TAG_variable:
    case DW_TAG_member: {
      if (tag == DW_TAG_variable || dwarf_hasattr(&die, DW_AT_external)) parents[dwarf_dieoffset(&die)] = parent;
      Dwarf_Attribute location;
      Dwarf_Op* ops;
      std::size_t count;
      if (tag == DW_TAG_variable && dwarf_attr(&die, DW_AT_location, &location) &&
          dwarf_getlocation(&location, &ops, &count) == 0 && count == 1 &&
          (ops[0].atom == DW_OP_addr || ops[0].atom == DW_OP_addrx)) {
        Dwarf_Addr addr = ops[0].number;
        if (ops[0].atom == DW_OP_addrx) {
          Dwarf_Attribute result;
          if (dwarf_getlocation_attr(&location, &ops[0], &result) != 0 || dwarf_formaddr(&result, &addr) != 0) break;
        }
        variables.push_back({addr, std::max<Dwarf_Word>(size_of_variable(die), 1), die});
      }
      break;
    }
    default:
      break;
  }
  Dwarf_Die child;
  if (dwarf_child(&die, &child) != 0) return;
  do {
    visit(child, unit, scope, depth + 1);
  } while (dwarf_siblingof(&child, &child) == 0);
}

const Function* ModuleIndex::function_at(Dwarf_Addr pc) const {
  auto it = std::upper_bound(functions.begin(), functions.end(), pc, [](Dwarf_Addr a, auto& f) { return a < f.low; });
  while (it != functions.begin()) {
    --it;
    if (pc < it->high) return &*it;
    if (pc - it->low > (1u << 22)) break;
  }
  return nullptr;
}

std::string ModuleIndex::qualified(Dwarf_Die die, bool call_marks) const {
  die = origin_of(die);
  const char* name = dwarf_diename(&die);
  std::string out = name ? name : "";
  auto it = parents.find(dwarf_dieoffset(&die));
  for (int i = 0; i < 32 && it != parents.end() && it->second != 0; ++i) {
    Dwarf_Die scope;
    if (!dwarf_offdie(dwarf, it->second, &scope)) break;
    const char* scope_name = dwarf_diename(&scope);
    const int tag = dwarf_tag(&scope);
    const bool lambda = !scope_name && (tag == DW_TAG_class_type || tag == DW_TAG_structure_type);
    std::string part = scope_name ? scope_name : lambda ? "<lambda()>" : "";
    if (call_marks && tag == DW_TAG_subprogram && !part.empty()) part += "()";
    if (!part.empty()) out.insert(0, part.append("::"));
    const Dwarf_Die scope_origin = origin_of(scope);
    it = parents.find(dwarf_dieoffset(const_cast<Dwarf_Die*>(&scope_origin)));
  }
  return readable(out);
}

// The canonical frame address as register + offset at an instruction, from the unwind tables.
bool cfa_rule(Dwfl_Module* module, Dwarf_Addr runtime_pc, int* reg, std::int64_t* offset) {
  for (const bool eh : {true, false}) {
    Dwarf_Addr bias = 0;
    Dwarf_CFI* cfi = eh ? dwfl_module_eh_cfi(module, &bias) : dwfl_module_dwarf_cfi(module, &bias);
    Dwarf_Frame* frame = nullptr;
    if (!cfi || dwarf_cfi_addrframe(cfi, runtime_pc - bias, &frame) != 0) continue;
    Dwarf_Op* ops;
    std::size_t count;
    bool found = false;
    if (dwarf_frame_cfa(frame, &ops, &count) == 0 && count == 1) {
      if (ops[0].atom == DW_OP_bregx) {
        *reg = static_cast<int>(ops[0].number);
        *offset = static_cast<std::int64_t>(ops[0].number2);
        found = true;
      } else if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
        *reg = ops[0].atom - DW_OP_breg0;
        *offset = static_cast<std::int64_t>(ops[0].number);
        found = true;
      }
    }
    std::free(frame);
    if (found) return true;
  }
  return false;
}

}  // namespace

namespace {

// The checker's own library is no part of the program: its frames are nobody's.
bool is_checker(const std::string& path) {
  const std::string file = base_name(path);
  return file.starts_with("libtsan.so") || file.starts_with("libclang_rt.tsan") ||
         file.starts_with("liblockstep_check.so");
}

}  // namespace

struct DebugInfo::Impl {
  Dwfl* dwfl = nullptr;
  std::unordered_map<Dwfl_Module*, std::unique_ptr<ModuleIndex>> indexes;
  std::unordered_map<std::uint64_t, std::vector<SourceFrame>> frames;
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, std::optional<Variable>> locals;
  std::set<std::string> coroutines;  // by full and by unqualified name
  bool coroutines_known = false;
  std::string debug_path = ":.debug:/usr/lib/debug";
  char* debug_path_pointer = debug_path.data();
  Dwfl_Callbacks callbacks = kCallbacks;

  ModuleIndex* index_of(Dwfl_Module* module) {
    auto& slot = indexes[module];
    if (!slot) {
      slot = std::make_unique<ModuleIndex>();
      slot->build(module);
    }
    return slot.get();
  }

  ModuleIndex* index_at(std::uint64_t addr, Dwfl_Module** module) {
    *module = dwfl ? dwfl_addrmodule(dwfl, addr) : nullptr;
    return *module ? index_of(*module) : nullptr;
  }

  std::vector<SourceFrame> look_up(std::uint64_t pc);
  std::optional<std::int64_t> frame_base(Dwfl_Module* module, Dwarf_Die function, std::uint64_t pc, Dwarf_Addr bias);
};

DebugInfo::DebugInfo(const std::vector<trace::Module>& modules, const std::string& program)
    : impl_(std::make_unique<Impl>()) {
  impl_->callbacks.debuginfo_path = &impl_->debug_path_pointer;
  impl_->dwfl = dwfl_begin(&impl_->callbacks);
  if (!impl_->dwfl) return;
  dwfl_report_begin(impl_->dwfl);
  for (const trace::Module& m : modules) {
    const std::string& path = m.path.empty() ? program : m.path;
    if (path.empty() || path[0] != '/') {
      if (!m.path.empty()) continue;  // [vdso] and the like
    }
    if (is_checker(path)) continue;
    dwfl_report_elf(impl_->dwfl, path.c_str(), path.c_str(), -1, m.base, true);
  }
  dwfl_report_end(impl_->dwfl, nullptr, nullptr);
}

DebugInfo::~DebugInfo() {
  if (impl_->dwfl) dwfl_end(impl_->dwfl);
}

const std::vector<SourceFrame>& DebugInfo::at(std::uint64_t pc) {
  auto it = impl_->frames.find(pc);
  if (it == impl_->frames.end()) it = impl_->frames.emplace(pc, impl_->look_up(pc)).first;
  return it->second;
}

std::vector<SourceFrame> DebugInfo::Impl::look_up(std::uint64_t pc) {
  std::vector<SourceFrame> out;
  Dwfl_Module* module;
  ModuleIndex* index = index_at(pc, &module);
  const Function* f = index ? index->function_at(pc - index->bias) : nullptr;
  if (!f) {
    SourceFrame frame;
    if (module) {
      if (const char* name = dwfl_module_addrname(module, pc)) frame.function = function_only(demangle(name));
    }
    return {frame};
  }
  const Dwarf_Addr local_pc = pc - index->bias;
  // The chain of inlined calls at this instruction, outermost first.
  std::vector<Dwarf_Die> chain = {f->die};
  for (Dwarf_Die scope = f->die;;) {
    Dwarf_Die child;
    bool deeper = false;
    if (dwarf_child(&scope, &child) == 0) {
      do {
        const int tag = dwarf_tag(&child);
        if ((tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) && dwarf_haspc(&child, local_pc) == 1) {
          if (tag == DW_TAG_inlined_subroutine) chain.push_back(child);
          scope = child;
          deeper = true;
          break;
        }
      } while (dwarf_siblingof(&child, &child) == 0);
    }
    if (!deeper || chain.size() > 256) break;
  }
  Dwarf_Die unit = f->unit;
  Dwarf_Files* files = nullptr;
  std::size_t file_count = 0;
  if (dwarf_getsrcfiles(&unit, &files, &file_count) != 0) files = nullptr;
  Dwarf_Attribute attribute;
  const char* compiled_in =
      dwarf_attr_integrate(&unit, DW_AT_comp_dir, &attribute) ? dwarf_formstring(&attribute) : nullptr;
  const auto set_file = [&](SourceFrame& frame, const char* file) {
    if (!file) return;
    frame.full_path = file;
    if (file[0] != '/' && compiled_in) frame.full_path = std::string(compiled_in) + "/" + file;
    for (std::size_t at; (at = frame.full_path.find("/./")) != std::string::npos;) frame.full_path.erase(at, 2);
    frame.file = frame.full_path;
    if (compiled_in && frame.file.starts_with(std::string(compiled_in) + "/")) {
      frame.file.erase(0, std::strlen(compiled_in) + 1);
    }
    frame.library = is_library_file(frame.full_path);
  };
  const int language = dwarf_srclang(&unit);
  const bool c = language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 || language == DW_LANG_C11;
  // Innermost: the line table; the others: where the one inside was called.
  SourceFrame place;
  if (Dwarf_Line* line = dwarf_getsrc_die(&unit, local_pc)) {
    dwarf_lineno(line, &place.line);
    set_file(place, dwarf_linesrc(line, nullptr, nullptr));
  }
  for (auto die = chain.rbegin(); die != chain.rend(); ++die) {
    SourceFrame frame = place;
    frame.function = function_only(index->qualified(*die, false));
    frame.c = c;
    if (dwarf_attr_integrate(&*die, DW_AT_decl_line, &attribute)) {
      Dwarf_Word line = 0;
      if (dwarf_formudata(&attribute, &line) == 0) frame.declared_line = static_cast<int>(line);
    }
    out.push_back(frame);
    Dwarf_Word line = 0, file = 0;
    place = {};
    if (dwarf_attr(&*die, DW_AT_call_line, &attribute) && dwarf_formudata(&attribute, &line) == 0) {
      place.line = static_cast<int>(line);
    }
    if (files && dwarf_attr(&*die, DW_AT_call_file, &attribute) && dwarf_formudata(&attribute, &file) == 0) {
      set_file(place, dwarf_filesrc(files, file, nullptr, nullptr));
    }
  }
  return out;
}

std::optional<DebugInfo::Variable> DebugInfo::global(std::uint64_t addr) {
  Dwfl_Module* module;
  ModuleIndex* index = impl_->index_at(addr, &module);
  if (!index) return std::nullopt;
  const Dwarf_Addr local = addr - index->bias;
  auto& variables = index->variables;
  auto it = std::upper_bound(variables.begin(), variables.end(), local, [](auto a, auto& v) { return a < v.addr; });
  for (int i = 0; i < 4 && it != variables.begin(); ++i) {
    --it;
    if (local - it->addr < it->size) {
      const std::string name = index->qualified(it->die, true);
      if (name.empty()) continue;
      Dwarf_Die type;
      Variable found;
      found.name = name + (type_of(it->die, &type) ? member_path(type, local - it->addr, &found.classes) : "");
      return found;
    }
  }
  // Without debug information: the symbol, and how far into it.
  GElf_Sym symbol;
  GElf_Off offset = 0;
  const char* name = dwfl_module_addrinfo(module, addr, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name && GELF_ST_TYPE(symbol.st_info) == STT_OBJECT) {
    const std::string text = demangle(name);
    return Variable{offset == 0 ? text : text + "+" + std::to_string(offset), {}};
  }
  return std::nullopt;
}

std::vector<Scalar> DebugInfo::scalars() {
  std::vector<Scalar> out;
  const auto add_module = [&](Dwfl_Module* module) {
    ModuleIndex* index = impl_->index_of(module);
    Dwarf_Addr last = 0;
    for (auto& v : index->variables) {
      Dwarf_Die type;
      if (v.addr == 0 || v.addr == last || !type_of(v.die, &type)) continue;  // or one that two units tell of
      const std::string name = index->qualified(v.die, true);
      if (name.empty()) continue;
      last = v.addr;
      Dwarf_Die origin = origin_of(v.die);
      const char* file = dwarf_decl_file(&origin);
      const bool user = file && !is_library_file(file) && !is_reserved(name);
      for (const Leaf& leaf : leaves_of(type)) {
        out.push_back({name + leaf.path, v.addr + index->bias + leaf.offset, leaf.size, leaf.encoding, user});
      }
    }
  };
  dwfl_getmodules(
      impl_->dwfl,
      [](Dwfl_Module* module, void**, const char*, Dwarf_Addr, void* argument) {
        (*static_cast<decltype(add_module)*>(argument))(module);
        return static_cast<int>(DWARF_CB_OK);
      },
      const_cast<void*>(static_cast<const void*>(&add_module)), 0);
  return out;
}

std::optional<std::int64_t> DebugInfo::Impl::frame_base(Dwfl_Module* module, Dwarf_Die function, std::uint64_t pc,
                                                        Dwarf_Addr bias) {
  // The frame base relative to the canonical frame address.
  Dwarf_Attribute attribute;
  Dwarf_Op* ops;
  std::size_t count;
  if (!dwarf_attr_integrate(&function, DW_AT_frame_base, &attribute) ||
      dwarf_getlocation_addr(&attribute, pc - bias, &ops, &count, 1) < 1 || count != 1) {
    return std::nullopt;
  }
  if (ops[0].atom == DW_OP_call_frame_cfa) return 0;
  if (ops[0].atom < DW_OP_reg0 || ops[0].atom > DW_OP_reg31) return std::nullopt;
  int reg = 0;
  std::int64_t offset = 0;
  if (!cfa_rule(module, pc, &reg, &offset)) return std::nullopt;
  if (reg == ops[0].atom - DW_OP_reg0) return -offset;
  constexpr int kFramePointer = 6;  // a frame pointer that the unwind rules do not use yet is two words below
  if (ops[0].atom - DW_OP_reg0 == kFramePointer) return -16;
  return std::nullopt;
}

std::optional<DebugInfo::Variable> DebugInfo::local(std::uint64_t pc, std::uint64_t cfa, std::uint64_t addr) {
  const auto known = impl_->locals.find({pc, cfa, addr});
  if (known != impl_->locals.end()) return known->second;
  return impl_->locals.emplace(std::tuple(pc, cfa, addr), find_local(pc, cfa, addr)).first->second;
}

std::optional<DebugInfo::Variable> DebugInfo::find_local(std::uint64_t pc, std::uint64_t cfa, std::uint64_t addr) {
  Dwfl_Module* module;
  ModuleIndex* index = impl_->index_at(pc, &module);
  const Function* f = index ? index->function_at(pc - index->bias) : nullptr;
  if (!f || cfa == 0) return std::nullopt;
  const auto base = impl_->frame_base(module, f->die, pc, index->bias);
  if (!base) return std::nullopt;
  const std::int64_t wanted = static_cast<std::int64_t>(addr - cfa) - *base;
  const Dwarf_Addr local_pc = pc - index->bias;
  int frame_register = 0;
  std::int64_t frame_offset = 0;
  const bool hangs = cfa_rule(module, pc, &frame_register, &frame_offset);

  // Where a variable lies relative to the frame base, if it lies in memory at all: relative to that (GCC), or to the
  // register that the frame hangs from (Clang, optimised; it may say so in one part of the function only, and give
  // the variable in pieces elsewhere).
  const auto place_in_frame = [&](Dwarf_Die& variable) -> std::optional<std::int64_t> {
    Dwarf_Attribute attribute;
    if (!dwarf_attr(&variable, DW_AT_location, &attribute)) return std::nullopt;
    Dwarf_Addr unused, low, high;
    Dwarf_Op* ops;
    std::size_t count;
    for (std::ptrdiff_t at = 0; (at = dwarf_getlocations(&attribute, at, &unused, &low, &high, &ops, &count)) > 0;) {
      if (count != 1) continue;
      if (ops[0].atom == DW_OP_fbreg) return static_cast<std::int64_t>(ops[0].number);
      if (hangs && ops[0].atom == DW_OP_breg0 + static_cast<unsigned>(frame_register)) {
        return static_cast<std::int64_t>(ops[0].number) - frame_offset - *base;
      }
    }
    return std::nullopt;
  };

  // The variable whose block contains the instruction wins over one whose block does not, the inner over the outer.
  std::optional<Variable> best;
  int best_rank = -1;
  const auto search = [&](auto&& self, Dwarf_Die scope, int rank, bool here) -> void {
    Dwarf_Die child;
    if (rank > 64 || dwarf_child(&scope, &child) != 0) return;
    do {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) {
        const bool inside = here && dwarf_haspc(&child, local_pc) == 1;
        self(self, child, inside ? rank + 1 : 0, inside);
      } else if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) {
        const std::optional<std::int64_t> at = place_in_frame(child);
        if (!at) continue;
        const std::int64_t start = *at;
        const auto size = static_cast<std::int64_t>(std::max<Dwarf_Word>(size_of_variable(child), 1));
        if (wanted < start || wanted >= start + size || rank <= best_rank) continue;
        Dwarf_Die origin = origin_of(child);
        const char* name = dwarf_diename(&origin);
        if (!name || is_reserved(name)) continue;
        Dwarf_Die type;
        best.emplace();
        best->name = name;
        if (type_of(child, &type)) {
          best->name += member_path(type, static_cast<std::uint64_t>(wanted - start), &best->classes);
        }
        best_rank = rank;
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  };
  search(search, f->die, 1, true);
  return best;
}

std::optional<DebugInfo::TypeInfo> DebugInfo::type(const std::string& name, std::uint64_t offset) {
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (depth == 0 && name[i] == ':' && name[i + 1] == ':') start = i + 2;
  }
  const std::string plain = name.substr(start);
  for (auto& [module, index] : impl_->indexes) {
    auto it = index->types.find(plain);
    if (it == index->types.end()) {
      // The name may have lost its default arguments.
      if (index->readable_types.empty()) {
        for (const auto& [full, die] : index->types) {
          if (full.find('<') != std::string::npos) index->readable_types.try_emplace(readable(full), die);
        }
      }
      it = index->readable_types.find(plain);
      if (it == index->readable_types.end()) continue;
    }
    Dwarf_Die type = it->second;
    Dwarf_Word size = 0;
    if (dwarf_aggregate_size(&type, &size) != 0 || size == 0) continue;
    TypeInfo info;
    info.size = size;
    info.path = member_path(type, offset % size, &info.classes);
    return info;
  }
  return std::nullopt;
}

bool DebugInfo::is_coroutine(const std::string& function) {
  if (!impl_->coroutines_known) {
    impl_->coroutines_known = true;
    for (const auto& [module, index] : impl_->indexes) {
      const int count = dwfl_module_getsymtab(module);
      for (int i = 0; i < count; ++i) {
        GElf_Sym symbol;
        const char* name = dwfl_module_getsym(module, i, &symbol, nullptr);
        const std::string_view text = name ? name : "";
        for (const std::string_view end : {".actor", ".resume"}) {
          if (!text.ends_with(end)) continue;
          const std::string ramp(text.substr(0, text.size() - end.size()));
          const std::string full = function_only(demangle(ramp.c_str()));
          impl_->coroutines.insert(full);
          impl_->coroutines.insert(full.substr(full.rfind(':') + 1));
        }
      }
    }
  }
  return impl_->coroutines.count(function) > 0;
}

std::string DebugInfo::symbol(std::uint64_t addr) {
  Dwfl_Module* module = impl_->dwfl ? dwfl_addrmodule(impl_->dwfl, addr) : nullptr;
  const char* name = module ? dwfl_module_addrname(module, addr) : nullptr;
  return name ? demangle(name) : std::string();
}

}  // namespace lockstep::names
